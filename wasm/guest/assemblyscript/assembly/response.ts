// What a plugin answers at the hooks; SPEC.md describes the members. A response that
// is left as it is changes nothing.

import { Writer } from "./writer";

// Response is what each response has.
export class Response {
  // error says why the plugin could not do its work; nothing else counts then.
  error: string = "";

  write(w: Writer): void {
    w.object();
    w.text("error", this.error);
    this.members(w);
    w.endObject();
  }

  protected members(w: Writer): void {}
}

export class DocumentResponse extends Response {
  skip: string = "";
  redact: Redaction[] = [];
  annotate: Map<string, string[]> = new Map<string, string[]>();

  protected members(w: Writer): void {
    w.text("skip", this.skip);
    if (this.redact.length > 0) {
      w.name("redact");
      w.list<Redaction>(this.redact, (w: Writer, r: Redaction) => {
        w.object();
        r.members(w);
        w.endObject();
      });
    }
    const properties = this.annotate.keys();
    if (properties.length > 0) {
      w.name("annotate");
      w.object();
      for (let i = 0; i < properties.length; i++) {
        w.name(properties[i]);
        w.strings(this.annotate.get(properties[i]));
      }
      w.endObject();
    }
  }
}

// Redaction is a range in bytes of UTF-8 (see ByteOffsets), and what stood there.
export class Redaction {
  constructor(public start: i32, public end: i32, public kind: string) {}

  members(w: Writer): void {
    w.name("start");
    w.integer(this.start);
    w.name("end");
    w.integer(this.end);
    w.name("kind");
    w.string(this.kind);
  }
}

export class QueryResponse extends Response {
  variants: string[] = [];
  filters: Condition[] = [];
  boosts: Boost[] = [];

  protected members(w: Writer): void {
    if (this.variants.length > 0) {
      w.name("variants");
      w.strings(this.variants);
    }
    if (this.filters.length > 0) {
      w.name("filters");
      w.list<Condition>(this.filters, (w: Writer, c: Condition) => { c.write(w); });
    }
    if (this.boosts.length > 0) {
      w.name("boosts");
      w.list<Boost>(this.boosts, (w: Writer, b: Boost) => {
        w.object();
        w.name("when");
        b.when.write(w);
        w.name("factor");
        w.number(b.factor);
        w.endObject();
      });
    }
  }
}

// Condition is what passages are found by: a field has one of some values, or
// modified lies in a range.
export class Condition {
  from: string = "";
  before: string = "";

  constructor(public field: string, public any: string[] = []) {}

  write(w: Writer): void {
    w.object();
    w.name("field");
    w.string(this.field);
    if (this.any.length > 0) {
      w.name("any");
      w.strings(this.any);
    }
    w.text("from", this.from);
    w.text("before", this.before);
    w.endObject();
  }
}

export class Boost {
  constructor(public when: Condition, public factor: f64) {}
}

export class PassagesResponse extends Response {
  // order has the numbers of those that are used, the best first; null means all.
  order: i32[] | null = null;
  notes: Note[] = [];

  protected members(w: Writer): void {
    const order = this.order;
    if (order) {
      w.name("order");
      w.integers(order);
    }
    if (this.notes.length > 0) {
      w.name("notes");
      w.list<Note>(this.notes, (w: Writer, n: Note) => {
        w.object();
        w.name("passage");
        w.integer(n.passage);
        w.name("note");
        w.string(n.note);
        w.endObject();
      });
    }
  }
}

export class Note {
  constructor(public passage: i32, public note: string) {}
}

export class AnswerResponse extends Response {
  drop: i32[] = [];
  // What is redacted of sentences, and of passages.
  sentences: Redactions = new Redactions();
  passages: Redactions = new Redactions();
  flags: Flag[] = [];

  protected members(w: Writer): void {
    if (this.drop.length > 0) {
      w.name("drop");
      w.integers(this.drop);
    }
    if (this.sentences.ranges.length + this.passages.ranges.length > 0) {
      w.name("redact");
      w.array();
      this.sentences.write(w, "sentence");
      this.passages.write(w, "passage");
      w.endArray();
    }
    if (this.flags.length > 0) {
      w.name("flags");
      w.list<Flag>(this.flags, (w: Writer, f: Flag) => {
        w.object();
        w.name("sentence");
        w.integer(f.sentence);
        w.name("flag");
        w.string(f.flag);
        w.endObject();
      });
    }
  }
}

// Redactions are ranges of several texts.
export class Redactions {
  numbers: i32[] = [];
  ranges: Redaction[] = [];

  // add redacts a range of the text with this number.
  add(number: i32, range: Redaction): void {
    this.numbers.push(number);
    this.ranges.push(range);
  }

  write(w: Writer, name: string): void {
    for (let i = 0; i < this.ranges.length; i++) {
      w.object();
      w.name(name);
      w.integer(this.numbers[i]);
      this.ranges[i].members(w);
      w.endObject();
    }
  }
}

export class Flag {
  constructor(public sentence: i32, public flag: string) {}
}
