// What the host calls. A plugin's entry exports these four functions:
//   export { naru_abi, naru_alloc, naru_call, naru_reset } from "…/assembly";

import { registered } from "./plugin";
import { Reader } from "./reader";
import { AnswerRequest, DocumentRequest, PassagesRequest, QueryRequest, Request } from "./request";
import { Response } from "./response";
import { Writer } from "./writer";

let request: usize = 0;
let response: Writer | null = null;

export function naru_abi(): i32 {
  return 1;
}

export function naru_alloc(size: i32): usize {
  release();
  request = heap.alloc(size);
  return request;
}

export function naru_call(op: i32, at: usize, size: i32): u64 {
  const w = new Writer();
  answer(op, new Reader(at, size)).write(w);
  response = w;
  return (<u64>w.at << 32) | w.size;
}

// naru_reset collects garbage: between calls nothing is in use but what variables
// hold. During a call nothing is collected, so that plain addresses stay good.
export function naru_reset(): void {
  release();
  response = null;
  __collect();
}

function release(): void {
  if (request) heap.free(request);
  request = 0;
}

function answer(op: i32, r: Reader): Response {
  if (op == 1) {
    const q = new DocumentRequest();
    return read(q, r) ? registered.document(q) : wrong();
  }
  if (op == 2) {
    const q = new QueryRequest();
    return read(q, r) ? registered.query(q) : wrong();
  }
  if (op == 3) {
    const q = new PassagesRequest();
    return read(q, r) ? registered.passages(q) : wrong();
  }
  const q = new AnswerRequest();
  return op == 4 && read(q, r) ? registered.answer(q) : wrong();
}

function read(q: Request, r: Reader): bool {
  q.read(r);
  return r.done();
}

function wrong(): Response {
  const r = new Response();
  r.error = "the request is not as the interface says";
  return r;
}
