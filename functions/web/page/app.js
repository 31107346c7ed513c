// The page: reads the question, shows the answer as it comes.

import { AnswerView } from "./answer.js";
import { Problem, ask } from "./events.js";
import { askForKey } from "./key.js";
import { openLibrary } from "./library.js";
import { setLanguage } from "./text.js";
import { chooseWords } from "./words.js";

const $ = (id) => document.getElementById(id);
const { language, words } = chooseWords(navigator.languages);

setLanguage(document.documentElement, language);
for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
for (const element of document.querySelectorAll("[data-label]")) element.setAttribute("aria-label", words[element.dataset.label]);

const view = new AnswerView(words);
let running = null;

function say(text, failed = false) {
  $("status").textContent = text;
  $("status").classList.toggle("failed", failed);
}

// reason says why something failed. What a server says about it is in English,
// so it comes after words of the reader's own.
function reason(error) {
  if (!(error instanceof Problem)) return words.unreachable;
  if (error.wantsKey) return words.keyWanted;
  const { detail, request_id: id } = error.problem;
  return [words.failed, detail, id && `(${id})`].filter(Boolean).join(" ");
}

async function run(question) {
  running?.abort();
  const mine = (running = new AbortController());
  view.clear();
  say(words.searching);
  document.body.classList.add("busy");
  $("answer").setAttribute("aria-busy", "true"); // read out once, when whole
  try {
    await ask(question, mine.signal, (event, data) => {
      if (event === "passages") view.showPassages(data.passages);
      else if (event === "sentence") view.addSentence(data);
      else if (event === "done") view.finish(data);
    });
    say("");
  } catch (error) {
    if (mine.signal.aborted) return; // another question took its place
    if (error.wantsKey) askForKey(() => run(question));
    say(reason(error), true);
  } finally {
    if (running === mine) {
      document.body.classList.remove("busy");
      $("answer").setAttribute("aria-busy", "false");
    }
  }
}

$("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = $("question").value.trim();
  if (question) run(question);
});

$("question").addEventListener("keydown", (event) => {
  // While an input method composes, Enter accepts a syllable or a candidate.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  $("ask").requestSubmit();
});

for (const button of $("examples").children) {
  button.addEventListener("click", () => {
    $("question").value = button.textContent;
    $("ask").requestSubmit();
  });
}

openLibrary(words, reason);

const asked = new URLSearchParams(location.search).get("q");
if (asked?.trim()) {
  $("question").value = asked;
  run(asked.trim());
} else {
  $("question").focus();
}
