// What the host says at the hooks, and in answer to search and terms; SPEC.md
// describes the members. Those that are not known are skipped.

import { Reader } from "./reader";

// Request is what each request has.
export class Request {
  abi: i32 = 0;
  now: string = ""; // the only clock that a plugin has

  // read reads an object. It is not called by the constructor, whose fields are not
  // all set before it is over.
  read(r: Reader): void {
    for (let more = r.object(); more; more = r.nextMember()) {
      const name = r.key();
      if (!this.member(r, name)) r.skip();
    }
  }

  protected member(r: Reader, name: string): bool {
    if (name == "abi") this.abi = <i32>r.number();
    else if (name == "now") this.now = r.string();
    else return false;
    return true;
  }
}

export class DocumentRequest extends Request {
  document: DocumentText = new DocumentText();

  protected member(r: Reader, name: string): bool {
    if (name == "document") this.document = DocumentText.read(r);
    else return super.member(r, name);
    return true;
  }
}

export class DocumentText {
  id: string = "";
  uri: string = "";
  title: string = "";
  language: string = "";
  modified: string = ""; // RFC 3339, or empty
  metadata: Map<string, string> = new Map<string, string>();
  text: string = "";

  static read(r: Reader): DocumentText {
    const d = new DocumentText();
    for (let more = r.object(); more; more = r.nextMember()) {
      const name = r.key();
      if (name == "text") d.text = r.string();
      else if (name == "metadata") d.metadata = r.members<string>((r: Reader) => r.string());
      else if (name == "id") d.id = r.string();
      else if (name == "uri") d.uri = r.string();
      else if (name == "title") d.title = r.string();
      else if (name == "language") d.language = r.string();
      else if (name == "modified") d.modified = r.string();
      else r.skip();
    }
    return d;
  }
}

export class QueryRequest extends Request {
  question: string = "";
  language: string = "";

  protected member(r: Reader, name: string): bool {
    if (name == "question") this.question = r.string();
    else if (name == "language") this.language = r.string();
    else return super.member(r, name);
    return true;
  }
}

export class PassagesRequest extends QueryRequest {
  passages: Passage[] = [];

  protected member(r: Reader, name: string): bool {
    if (name == "passages") this.passages = r.list<Passage>(Passage.read);
    else return super.member(r, name);
    return true;
  }
}

export class AnswerRequest extends PassagesRequest {
  sentences: Sentence[] = [];

  protected member(r: Reader, name: string): bool {
    if (name == "sentences") this.sentences = r.list<Sentence>(Sentence.read);
    else return super.member(r, name);
    return true;
  }
}

export class Passage {
  id: string = "";
  document: string = "";
  title: string = "";
  uri: string = "";
  headings: string[] = [];
  language: string = "";
  modified: string = ""; // RFC 3339, or empty
  annotations: Map<string, string[]> = new Map<string, string[]>();
  score: f64 = 0;
  text: string = "";

  static read(r: Reader): Passage {
    const p = new Passage();
    for (let more = r.object(); more; more = r.nextMember()) {
      const name = r.key();
      if (name == "id") p.id = r.string();
      else if (name == "document") p.document = r.string();
      else if (name == "title") p.title = r.string();
      else if (name == "uri") p.uri = r.string();
      else if (name == "headings") p.headings = r.strings();
      else if (name == "language") p.language = r.string();
      else if (name == "modified") p.modified = r.string();
      else if (name == "annotations") p.annotations = r.members<string[]>((r: Reader) => r.strings());
      else if (name == "score") p.score = r.number();
      else if (name == "text") p.text = r.string();
      else r.skip();
    }
    return p;
  }
}

export class Sentence {
  text: string = "";
  passages: i32[] = []; // the numbers of those that it rests on

  static read(r: Reader): Sentence {
    const s = new Sentence();
    for (let more = r.object(); more; more = r.nextMember()) {
      const name = r.key();
      if (name == "text") s.text = r.string();
      else if (name == "passages") s.passages = r.list<i32>((r: Reader) => <i32>r.number());
      else r.skip();
    }
    return s;
  }
}

// Term is a search term, and where in the text it stands, in bytes of UTF-8.
export class Term {
  term: string = "";
  start: i32 = 0;
  end: i32 = 0;

  static read(r: Reader): Term {
    const t = new Term();
    for (let more = r.object(); more; more = r.nextMember()) {
      const name = r.key();
      if (name == "term") t.term = r.string();
      else if (name == "start") t.start = <i32>r.number();
      else if (name == "end") t.end = <i32>r.number();
      else r.skip();
    }
    return t;
  }
}
