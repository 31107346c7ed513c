// A module that reads JSON and writes it again, for test.mjs.

import { Kind, Reader, Value, Writer } from "../assembly";

export function alloc(size: i32): usize {
  return heap.alloc(size);
}

let written: Writer | null = null;

// again is where the same JSON lies, and how long it is; 0 where it is not right.
export function again(at: usize, size: i32): u64 {
  const r = new Reader(at, size);
  const value = Value.read(r);
  const right = r.done();
  const skipping = new Reader(at, size);
  skipping.skip();
  assert(skipping.done() == right);
  heap.free(at);
  if (!right) return 0;
  const w = new Writer();
  write(w, value);
  written = w;
  return (<u64>w.at << 32) | w.size;
}

export function reset(): void {
  written = null;
  __collect();
}

function write(w: Writer, v: Value): void {
  if (v.kind == Kind.Object) {
    w.object();
    const names = v.names();
    for (let i = 0; i < names.length; i++) {
      w.name(names[i]);
      write(w, v.get(names[i]));
    }
    w.endObject();
  } else if (v.kind == Kind.List) {
    w.list<Value>(v.list, write);
  } else if (v.kind == Kind.String) {
    w.string(v.string);
  } else if (v.kind == Kind.Number) {
    if (<f64><i32>v.number == v.number) w.integer(<i32>v.number);
    else w.number(v.number);
  } else {
    // Neither true nor false nor null has a method: the interface does not write them.
    w.strings([v.kind == Kind.Null ? "null" : v.boolean.toString()]);
  }
}
