// The example plugin, in AssemblyScript: it uses everything that a plugin can use.
// wasm/abitest/EXAMPLE.md says what it does.

import {
  AnswerRequest, AnswerResponse, ByteOffsets, DocumentRequest, DocumentResponse, Flag, Note, PassagesRequest, PassagesResponse,
  Plugin, QueryRequest, QueryResponse, Redaction, byteLength, register,
} from "../assembly";
import { command } from "./command";
import { reword } from "./reword";

export { naru_abi, naru_alloc, naru_call, naru_reset } from "../assembly";

class Example extends Plugin {
  document(request: DocumentRequest): DocumentResponse {
    const response = new DocumentResponse();
    const text = request.document.text;
    if (text.includes("DO NOT INDEX")) {
      response.skip = "it says so itself";
      return response;
    }
    response.redact = secrets(text);
    response.annotate.set("length", [byteLength(text) < 1000 ? "short" : "long"]);
    const metadata = request.document.metadata;
    if (metadata.has("topic") && metadata.get("topic").length > 0) {
      response.annotate.set("topic", [metadata.get("topic")]);
    }
    return response;
  }

  query(request: QueryRequest): QueryResponse {
    const said = command(request);
    return said ? said : reword(request.question);
  }

  passages(request: PassagesRequest): PassagesResponse {
    const response = new PassagesResponse();
    const passages = request.passages;
    if (passages.length == 0) return response;
    const order: i32[] = [];
    for (let i = 0; i < passages.length; i++) {
      if (passages[i].text.includes("DROP ME")) continue;
      order.push(i);
      const modified = passages[i].modified;
      if (modified.length > 0) response.notes.push(new Note(i, "as of " + modified.slice(0, 10)));
    }
    response.order = order.reverse();
    return response;
  }

  answer(request: AnswerRequest): AnswerResponse {
    const response = new AnswerResponse();
    for (let i = 0; i < request.sentences.length; i++) {
      const text = request.sentences[i].text;
      if (text.includes("DROP ME")) response.drop.push(i);
      const found = secrets(text);
      for (let j = 0; j < found.length; j++) response.sentences.add(i, found[j]);
      if (hasDigit(text)) response.flags.push(new Flag(i, "check the number"));
    }
    for (let i = 0; i < request.passages.length; i++) {
      const found = secrets(request.passages[i].text);
      for (let j = 0; j < found.length; j++) response.passages.add(i, found[j]);
    }
    return response;
  }
}

// secrets are the ranges of the word in a text.
function secrets(text: string): Redaction[] {
  const word = "secret";
  const found: Redaction[] = [];
  const offsets = new ByteOffsets(text);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    const start = offsets.at(at);
    found.push(new Redaction(start, start + word.length, "secret"));
  }
  return found;
}

function hasDigit(text: string): bool {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c >= 0x30 && c <= 0x39) return true;
  }
  return false;
}

register(new Example());
