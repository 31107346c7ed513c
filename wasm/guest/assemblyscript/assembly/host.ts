// What a plugin may ask of the host. A module imports only what it calls, and each
// function takes the grant of its name. Where there is no answer they return null, and
// code() says why.

import { Reader } from "./reader";
import { Passage, Term } from "./request";
import { Value } from "./value";
import { Writer } from "./writer";

// @ts-ignore: decorator
@external("naru", "result")
declare function importResult(at: usize): void;
// @ts-ignore: decorator
@external("naru", "log")
declare function importLog(level: i32, at: usize, size: i32): void;
// @ts-ignore: decorator
@external("naru", "config")
declare function importConfig(): i32;
// @ts-ignore: decorator
@external("naru", "lookup")
declare function importLookup(at: usize, size: i32): i32;
// @ts-ignore: decorator
@external("naru", "terms")
declare function importTerms(at: usize, size: i32): i32;
// @ts-ignore: decorator
@external("naru", "embed")
declare function importEmbed(at: usize, size: i32): i32;
// @ts-ignore: decorator
@external("naru", "search")
declare function importSearch(at: usize, size: i32): i32;

export enum Level { Debug, Info, Warning, Error }

// Code is why there is no answer.
export enum Code {
  Answered = 0,
  None = -1, // there is no such thing
  Wrong = -2, // the request is wrong
  Failed = -3, // it is not possible now
  TooMany = -4, // asked too often in this call
}

let last: i32 = 0;

// code is that of the last function that was called, a Code.
export function code(): i32 {
  return last;
}

// log writes a line to the operator's log, of which 1,000 bytes are kept.
export function log(level: Level, line: string): void {
  const bytes = String.UTF8.encode(line);
  importLog(level, changetype<usize>(bytes), bytes.byteLength);
}

// config is the operator's configuration.
export function config(): Value | null {
  const result = take(importConfig());
  return result ? parse<Value>(result, Value.read) : null;
}

// lookup is the value of a key in the operator's table.
export function lookup(key: string): string | null {
  const bytes = String.UTF8.encode(key);
  const result = take(importLookup(changetype<usize>(bytes), bytes.byteLength));
  return result ? String.UTF8.decode(result) : null;
}

// terms are the search terms of a text; without a language the host finds it out.
export function terms(text: string, language: string = ""): Term[] | null {
  const w = new Writer();
  w.object();
  w.name("text");
  w.string(text);
  w.text("language", language);
  w.endObject();
  const result = take(importTerms(w.at, w.size));
  return result ? member<Term>(result, "terms", Term.read) : null;
}

// embed are the vectors of up to 64 texts of up to 8,000 bytes, each of length 1. Kind
// is "query" or "passage".
export function embed(kind: string, texts: string[]): f32[][] | null {
  const w = new Writer();
  w.object();
  w.name("texts");
  w.strings(texts);
  w.text("kind", kind);
  w.endObject();
  const result = take(importEmbed(w.at, w.size));
  if (!result) return null;
  return member<f32[]>(result, "vectors", (r: Reader) => r.list<f32>((r: Reader) => <f32>r.number()));
}

// search finds up to limit passages, at most 20, that the asker may see; at the hooks
// query, passages and answer, three times a call.
export function search(text: string, limit: i32): Passage[] | null {
  const w = new Writer();
  w.object();
  w.name("text");
  w.string(text);
  w.name("limit");
  w.integer(limit);
  w.endObject();
  const result = take(importSearch(w.at, w.size));
  return result ? member<Passage>(result, "passages", Passage.read) : null;
}

// take is the result that a function has announced.
function take(size: i32): ArrayBuffer | null {
  last = min(size, 0);
  if (size < 0) return null;
  const result = new ArrayBuffer(size);
  if (size > 0) importResult(changetype<usize>(result));
  return result;
}

function parse<T>(result: ArrayBuffer, read: (r: Reader) => T): T | null {
  const r = new Reader(changetype<usize>(result), result.byteLength);
  const value = read(r);
  if (r.done()) return value;
  last = Code.Failed;
  return null;
}

// member is the list of that name in a result.
function member<T>(result: ArrayBuffer, name: string, element: (r: Reader) => T): T[] | null {
  const r = new Reader(changetype<usize>(result), result.byteLength);
  let found: T[] = [];
  for (let more = r.object(); more; more = r.nextMember()) {
    if (r.key() == name) found = r.list<T>(element);
    else r.skip();
  }
  if (r.done()) return found;
  last = Code.Failed;
  return null;
}
