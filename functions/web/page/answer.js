// An answer as it is shown: sentences with numbered citations, and the passages
// with the cited places marked. Text is only ever put in as text.

import { cut, setLanguage } from "./text.js";

const $ = (id) => document.getElementById(id);

export class AnswerView {
  constructor(words) {
    this.words = words;
    this.clear();
  }

  clear() {
    this.hits = [];
    this.cited = []; // the citations by number, from zero
    this.sentences = 0;
    $("answer").hidden = $("passages").hidden = true;
    $("answer-text").replaceChildren();
    $("degraded").replaceChildren();
    $("passage-list").replaceChildren();
  }

  showPassages(hits) {
    this.hits = [...hits];
    this.drawPassages();
  }

  addSentence(sentence) {
    this.sentences++;
    const p = document.createElement("p");
    p.dir = "auto"; // until the whole answer says what language it is in
    p.textContent = sentence.text;
    for (const citation of sentence.citations) p.append(this.link(citation));
    p.append(...remarks(sentence.flags));
    $("answer-text").append(p);
    $("answer").hidden = false;
    this.drawPassages();
  }

  finish(answer) {
    const text = $("answer-text");
    setLanguage(text, answer.language);
    text.classList.toggle("abstained", answer.abstained);
    if (answer.abstained || answer.sentences.length === 0) {
      const p = document.createElement("p");
      p.textContent = answer.answer;
      text.replaceChildren(p);
    } else {
      for (const p of text.children) p.removeAttribute("dir");
    }
    for (const reason of answer.degraded) {
      const li = document.createElement("li");
      const what = document.createElement("span");
      what.dir = "auto";
      what.textContent = reason;
      li.append(this.words.degraded + ": ", what);
      $("degraded").append(li);
    }
    $("answer").hidden = false;
  }

  // link numbers a citation, the same place always the same, and leads to it.
  link(citation) {
    const same = (c) => c.passage === citation.passage && c.start === citation.start && c.end === citation.end;
    let index = this.cited.findIndex(same);
    if (index < 0) index = this.cited.push(citation) - 1;
    const number = index + 1;
    const a = document.createElement("a");
    a.className = "cite";
    a.href = "#cite-" + number;
    a.textContent = number;
    a.title = citation.title || citation.uri;
    a.setAttribute("aria-label", `${this.words.source} ${number}: ${a.title}`);
    a.addEventListener("click", (event) => {
      event.preventDefault();
      const mark = [...document.querySelectorAll("mark")].find((m) => m.dataset.numbers.split(" ").includes(String(number)));
      mark?.scrollIntoView({ block: "center" });
      mark?.focus({ preventScroll: true });
    });
    return a;
  }

  drawPassages() {
    const shown = new Set(this.hits.map((hit) => hit.id));
    // A place outside the passages shown is shown by itself.
    const others = this.cited
      .filter((c) => !shown.has(c.passage))
      .map((c) => ({ id: c.passage, title: c.title, uri: c.uri, text: c.quote, start: c.start, end: c.end, only: c }));
    const all = [...this.hits, ...others];
    $("passage-list").replaceChildren(...all.map((hit) => this.passage(hit)));
    $("passages").hidden = all.length === 0;
  }

  passage(hit) {
    const spans = [];
    this.cited.forEach((c, i) => {
      if (hit.only ? hit.only === c : hit.id === c.passage) {
        spans.push({ from: c.start - hit.start, to: c.end - hit.start, number: i + 1 });
      }
    });
    const text = document.createElement("p");
    text.className = "text";
    setLanguage(text, hit.language);
    for (const { text: run, numbers } of cut(hit.text, spans)) {
      if (numbers.length === 0) {
        text.append(run);
        continue;
      }
      const mark = document.createElement("mark");
      mark.textContent = run;
      mark.id = "cite-" + numbers[0];
      mark.dataset.numbers = numbers.join(" ");
      mark.tabIndex = -1;
      text.append(mark);
    }
    const li = document.createElement("li");
    li.dir = text.dir; // so that the source begins on the side the text does
    li.append(source(hit), text, ...remarks(hit.notes));
    return li;
  }
}

// remarks are what plugins say of a sentence or a passage.
function remarks(notes = []) {
  return notes.map(({ plugin, note }) => {
    const small = document.createElement("small");
    small.className = "remark";
    small.dir = "auto";
    small.title = plugin;
    small.textContent = note;
    return small;
  });
}

// source names the document. Only a web address becomes a link; any other
// scheme stays text.
function source(hit) {
  const p = document.createElement("p");
  p.className = "source";
  const title = document.createElement("b");
  title.dir = "auto";
  title.textContent = hit.title || hit.uri;
  p.append(title);
  if (hit.uri && hit.uri !== hit.title) {
    const web = /^https?:\/\//i.test(hit.uri);
    const uri = document.createElement(web ? "a" : "span");
    if (web) {
      uri.href = hit.uri;
      uri.target = "_blank";
      uri.rel = "noopener noreferrer";
    }
    uri.dir = "auto";
    uri.textContent = hit.uri;
    p.append(uri);
  }
  return p;
}
