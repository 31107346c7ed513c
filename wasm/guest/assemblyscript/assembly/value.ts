import { Reader } from "./reader";

export enum Kind { Null, Boolean, Number, String, List, Object }

// Value is JSON of a form that is not known beforehand, such as a configuration. What
// is not there, or of another kind than asked for, is empty:
//   config.get("language").string
export class Value {
  kind: Kind = Kind.Null;
  boolean: bool = false;
  number: f64 = 0;
  string: string = "";
  list: Value[] = [];
  members: Map<string, Value> | null = null;

  // get is a member of an object.
  get(name: string): Value {
    const members = this.members;
    return members && members.has(name) ? members.get(name) : new Value();
  }

  // names are those of the members, in the order that they came in.
  names(): string[] {
    const members = this.members;
    return members ? members.keys() : [];
  }

  static read(r: Reader): Value {
    const v = new Value();
    switch (r.peek()) {
      case 0x7b:
        v.kind = Kind.Object;
        v.members = r.members<Value>(Value.read);
        break;
      case 0x5b:
        v.kind = Kind.List;
        v.list = r.list<Value>(Value.read);
        break;
      case 0x22:
        v.kind = Kind.String;
        v.string = r.string();
        break;
      case 0x74:
      case 0x66:
        v.kind = Kind.Boolean;
        v.boolean = r.boolean();
        break;
      case 0x6e:
        r.nothing();
        break;
      default:
        v.kind = Kind.Number;
        v.number = r.number();
    }
    return v;
  }
}
