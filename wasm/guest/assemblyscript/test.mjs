// node test.mjs compiles the example and the JSON of this library, and tests both with
// a host that is made up here. ASC=… is as for build.sh.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

function build(entry) {
  const folder = mkdtempSync(join(tmpdir(), "naru-"));
  try {
    const out = join(folder, "out.wasm");
    execFileSync(join(here, "build.sh"), [join(here, entry), out], { stdio: "inherit" });
    return new WebAssembly.Module(readFileSync(out));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const bytes = (memory, at, size) => new Uint8Array(memory.buffer, at >>> 0, size >>> 0);
const place = (memory, packed) => bytes(memory, Number(BigInt.asUintN(64, packed) >> 32n), Number(packed & 0xffffffffn));

// start is an instance of the example. A function of the host takes text and returns
// text, or a code.
function start(module, host = {}) {
  let memory, result;
  const ask = (name) => (at, size) => {
    const said = host[name]?.(at === undefined ? undefined : decoder.decode(bytes(memory, at, size))) ?? -1;
    if (typeof said === "number") return said;
    result = encoder.encode(said);
    return result.length;
  };
  const { exports } = new WebAssembly.Instance(module, {
    naru: {
      result: (at) => bytes(memory, at, result.length).set(result),
      log: (level, at, size) => host.log(level, decoder.decode(bytes(memory, at, size))),
      config: ask("config"), lookup: ask("lookup"), terms: ask("terms"), embed: ask("embed"), search: ask("search"),
    },
  });
  memory = exports.memory;
  const call = (op, request) => {
    const data = encoder.encode(typeof request === "string" ? request : JSON.stringify({ abi: 1, now: "2026-11-23T09:00:00Z", ...request }));
    const at = exports.naru_alloc(data.length);
    bytes(memory, at, data.length).set(data);
    const said = decoder.decode(place(memory, exports.naru_call(op, at, data.length)));
    exports.naru_reset();
    return JSON.parse(said);
  };
  return { call, memory, ask: (question) => call(2, { question, language: "en" }), exports };
}

const example = build("example/index.ts");

test("exports and imports", () => {
  assert.deepEqual(WebAssembly.Module.exports(example).map((e) => e.name).sort(), ["memory", "naru_abi", "naru_alloc", "naru_call", "naru_reset"]);
  assert.ok(WebAssembly.Module.imports(example).every((i) => i.module === "naru"));
  assert.deepEqual(WebAssembly.Module.imports(json), []);
  assert.equal(start(example).exports.naru_abi(), 1);
});

test("document", () => {
  const document = (document) => start(example).call(1, { document });
  assert.deepEqual(document({ text: "" }), { annotate: { length: ["short"] } });
  assert.deepEqual(document({ text: "DO NOT INDEX secret" }), { skip: "it says so itself" });
  assert.deepEqual(document({ text: "나루 😀 é secretsecret", metadata: { topic: "배 \"\\\n" } }), {
    redact: [{ start: 15, end: 21, kind: "secret" }, { start: 21, end: 27, kind: "secret" }],
    annotate: { length: ["short"], topic: ["배 \"\\\n"] },
  });
  assert.deepEqual(document({ text: "나".repeat(334) }).annotate, { length: ["long"] });
});

test("query", () => {
  const ask = (config, question) => start(example, { config: () => config }).ask(question);
  assert.deepEqual(ask(undefined, "ferry?"), {});
  for (const config of ["null", "[1]", "{", "{\"synonyms\":[1]}"]) assert.deepEqual(ask(config, "ferry?"), {});
  assert.deepEqual(ask(JSON.stringify({ synonyms: { "\u{1f600}": "joy", "\uff5e": "wave", ferry: "boat" }, language: "ko", topic: "강" }), "ferry \u{1f600} \uff5e ferry"), {
    variants: ["boat \u{1f600} \uff5e boat", "ferry \u{1f600} wave ferry", "ferry joy \uff5e ferry"],
    filters: [{ field: "language", any: ["ko"] }],
    boosts: [{ when: { field: "annotations.example.topic", any: ["강"] }, factor: 2 }],
  });
});

test("commands", () => {
  const logged = [];
  const { ask } = start(example, {
    log: (level, line) => logged.push([level, line]),
    lookup: (key) => ({ 나루: "ferry \"landing\"", empty: "" })[key],
    terms: (asked) => JSON.stringify({ new: {}, terms: JSON.parse(asked).text.split(" ").map((term) => ({ term, start: 0, end: 1 })) }),
    embed: (asked) => (assert.deepEqual(JSON.parse(asked), { texts: ["나루"], kind: "query" }), "{\"vectors\":[[0.1,-1e-7,0]]}"),
    search: (asked) => ({ ferry: "{\"passages\":[{\"id\":\"a\"},{\"id\":\"b\"}]}", nothing: "{\"passages\":[]}", broken: "{", often: -4 })[JSON.parse(asked).text],
  });
  for (const [question, want] of [
    ["now ", "2026-11-23T09:00:00Z"], ["lookup 나루", "ferry \"landing\""], ["lookup nobody", "none"], ["lookup empty", ""],
    ["terms a b", "a b"], ["embed 나루", "3"], ["search ferry", "a b"], ["search nothing", "none"],
  ]) assert.deepEqual(ask(question), { variants: [want] }, question);
  assert.deepEqual(ask("log 배 \"\n"), {});
  assert.deepEqual(logged, [[1, "배 \"\n"]]);
  assert.equal(ask("fail it \"sank\"").error, "it \"sank\"");
  assert.equal(ask("search often").error, "search: -4");
  assert.equal(ask("search broken").error, "search: -3");
  assert.throws(() => ask("trap "), WebAssembly.RuntimeError);
});

test("passages", () => {
  const { call } = start(example);
  assert.deepEqual(call(3, { passages: [] }), {});
  assert.deepEqual(call(3, { passages: [{ text: "DROP ME" }] }), { order: [] });
  assert.deepEqual(call(3, { passages: [{ text: "a", modified: "2026-01-02T03:04:05Z", headings: null, annotations: null }, { text: "DROP ME" }, { text: "b", score: 1.5 }] }), {
    order: [2, 0], notes: [{ passage: 0, note: "as of 2026-01-02" }],
  });
});

test("answer", () => {
  assert.deepEqual(start(example).call(4, { sentences: [{ text: "나루 secret 1", passages: [0] }, { text: "DROP ME" }], passages: [{ text: "the secret" }] }), {
    drop: [1],
    redact: [{ sentence: 0, start: 7, end: 13, kind: "secret" }, { passage: 0, start: 4, end: 10, kind: "secret" }],
    flags: [{ sentence: 0, flag: "check the number" }],
  });
});

test("requests that are wrong", () => {
  const { call } = start(example);
  for (const request of ["", "{", "[]", "{\"question\":1}", "{\"question\":\"a\"} x"]) assert.match(call(2, request).error, /request/);
  assert.match(call(9, "{}").error, /request/);
});

test("memory stays where it is", () => {
  const { call, memory } = start(example);
  const passages = Array.from({ length: 50 }, (_, i) => ({ id: `${i}`, text: "나루터의 배 ".repeat(40), annotations: { "a.b": ["c"] } }));
  call(3, { passages });
  call(3, { passages });
  const before = memory.buffer.byteLength;
  for (let i = 0; i < 3000; i++) call(3, { passages: passages.slice(i % 50) });
  assert.equal(memory.buffer.byteLength, before);
});

const json = build("test/json.ts");

test("JSON is what JavaScript takes for JSON", () => {
  const { memory, alloc, again, reset } = new WebAssembly.Instance(json).exports;
  // read is undefined where the text is not right.
  const read = (data) => {
    const at = alloc(data.length);
    bytes(memory, at, data.length).set(data);
    const packed = again(at, data.length);
    const value = packed === 0n ? undefined : JSON.parse(decoder.decode(place(memory, packed)));
    reset();
    return value;
  };
  // wrap is a value as json.ts writes it, with half pairs mended.
  const wrap = (v) => {
    if (v === null || typeof v === "boolean") return [String(v)];
    if (typeof v === "string") return v.toWellFormed();
    if (Array.isArray(v)) return v.map(wrap);
    return typeof v === "object" ? Object.fromEntries(Object.entries(v).map(([k, v]) => [k.toWellFormed(), wrap(v)])) : v;
  };
  const close = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) <= Math.abs(b) * 1e-14 + 1e-300;
    if (typeof a !== "object" || typeof b !== "object") return a === b;
    const names = Object.keys(a).sort();
    return Array.isArray(a) === Array.isArray(b) && String(names) === String(Object.keys(b).sort()) && names.every((n) => close(a[n], b[n]));
  };
  const compare = (text) => {
    if (/e\+?0*[1-9]\d\d/i.test(text)) return; // for JavaScript it may be infinite
    let want;
    try {
      want = wrap(JSON.parse(text));
    } catch { /* undefined */ }
    const got = read(encoder.encode(text));
    assert.ok(close(got, want), `${JSON.stringify(text)}: ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
  };
  const seeds = [
    "null", " true ", "false", "0", "-0.5e+3", "1E2", "01", "-", "1.", ".5", "1e", "+1", "12345678901234567890.125", "0.000012345e-20", "5e-324",
    "-2147483648", "4294967296", "\"a\"", "\"", "\"\\", "\"\\x\"", "\"\\u12\"", "\"\\u12", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\ud83d\\u0041\"", "\"\\ude00 나루\"",
    "\"\\u0000\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\n\"", "\"\u007f é ߿ ࠀ \uffff 😀 \u{10ffff}\"", "[]", "[1,\"a\",null,[],{}]", "[1,]", "[", "[1", "[1 2]", "{}", "{\"a\":{\"b\":[1,2]},\"é\":true}",
    "{\"a\"}", "{\"a\":}", "{a:1}", "{\"a\":1,}", "{\"a\":1]", "{,}", "tru", "nul", "nulll", "true false", "", " ", "[".repeat(99) + "]".repeat(99),
  ];
  seeds.forEach(compare);
  assert.equal(read(encoder.encode("1e999")), undefined);
  assert.ok(close(read(encoder.encode("1.7976931348623157e308")), 1.7976931348623157e308));
  assert.equal(read(encoder.encode("[".repeat(100000))), undefined);
  for (const wrong of [[0xff], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xf0, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xe4, 0xb8], [0xf0, 0x9f, 0x98], [0x80]]) {
    assert.equal(read(Uint8Array.of(0x22, ...wrong, 0x22)), undefined, String(wrong));
  }
  // Each text with a few characters changed, always the same ones.
  let state = 1;
  const random = (n) => (state = (state * 48271) % 2147483647) % n;
  const alphabet = [..."{}[]\",:\\u0123456789abcdeftrnls.-+E \t\n나😀"];
  for (let i = 0; i < 100_000; i++) {
    const text = [...seeds[random(seeds.length)]];
    for (let n = random(4); n >= 0; n--) text.splice(random(text.length + 1), random(3), ...[alphabet[random(alphabet.length)]]);
    compare(text.join(""));
  }
});
