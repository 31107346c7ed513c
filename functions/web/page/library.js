// The panel that lists, adds and deletes documents, where the server allows it.

import { request } from "./events.js";
import { askForKey } from "./key.js";

const $ = (id) => document.getElementById(id);

export function openLibrary(words, reason) {
  const panel = $("library");
  if (!panel) return;
  let next = "";

  const say = (text, failed = false) => {
    $("library-status").textContent = text;
    $("library-status").classList.toggle("failed", failed);
  };

  const load = async (after) => {
    const response = await request("v1/documents?" + new URLSearchParams({ limit: "50", ...(after && { after }) }), {});
    const list = await response.json();
    if (!after) $("documents").replaceChildren();
    for (const doc of list.documents) $("documents").append(row(doc));
    next = list.next;
    $("more").hidden = !next;
  };

  const attempt = async (control, work) => {
    control.disabled = true;
    try {
      await work();
    } catch (error) {
      if (error.wantsKey) askForKey(() => attempt(control, work));
      say(reason(error), true);
    } finally {
      control.disabled = false;
    }
  };

  const row = (doc) => {
    const li = document.createElement("li");
    const about = document.createElement("div");
    const title = document.createElement("span");
    title.dir = "auto";
    if (doc.language && doc.language !== "und") title.lang = doc.language;
    title.textContent = doc.title || doc.uri;
    const facts = document.createElement("small");
    facts.dir = "auto";
    facts.textContent = [doc.uri, doc.language, `${words.passagesCount}: ${doc.passages}`].filter(Boolean).join(" · ");
    about.append(title, facts);
    const button = document.createElement("button");
    button.type = "button";
    const reset = () => {
      button.classList.remove("sure");
      button.textContent = words.remove;
      button.setAttribute("aria-label", `${words.remove}: ${title.textContent}`);
    };
    reset();
    button.addEventListener("blur", reset);
    button.addEventListener("click", () => {
      if (!button.classList.contains("sure")) {
        button.classList.add("sure");
        button.textContent = words.reallyRemove;
        button.setAttribute("aria-label", `${words.reallyRemove} ${title.textContent}`);
        return;
      }
      attempt(button, async () => {
        await request("v1/documents/" + encodeURIComponent(doc.id), { method: "DELETE" });
        li.remove();
        say(`${words.removed}: ${title.textContent}`);
        panel.querySelector("summary").focus();
      });
    });
    li.append(about, button);
    return li;
  };

  panel.addEventListener("toggle", () => panel.open && attempt($("more"), () => load("")));
  $("more").addEventListener("click", () => attempt($("more"), () => load(next)));
  $("upload").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(event.submitter, async () => {
      say(words.uploading);
      const form = new FormData();
      for (const file of $("files").files) form.append("file", file);
      const response = await request("v1/documents", { method: "POST", body: form });
      const { documents } = await response.json();
      const refused = documents.filter((d) => d.problem);
      $("upload").reset();
      await load("");
      if (refused.length === 0) say(words.uploaded);
      else say(refused.map((d) => `${d.file}: ${d.problem.detail}`).join("\n"), true);
    });
  });
}
