export { naru_abi, naru_alloc, naru_call, naru_reset } from "./exports";
export { Code, Level, code, config, embed, log, lookup, search, terms } from "./host";
export { Plugin, register } from "./plugin";
export { Reader } from "./reader";
export { AnswerRequest, DocumentRequest, DocumentText, Passage, PassagesRequest, QueryRequest, Sentence, Term } from "./request";
export {
  AnswerResponse, Boost, Condition, DocumentResponse, Flag, Note, PassagesResponse, QueryResponse, Redaction, Redactions,
} from "./response";
export { ByteOffsets, byteLength, compareBytes } from "./utf8";
export { Kind, Value } from "./value";
export { Writer } from "./writer";
