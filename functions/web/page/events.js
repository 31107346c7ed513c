// Server-sent events over fetch, since EventSource cannot POST.

import { authorization } from "./key.js";

// Problem is an error with what the server said about it.
export class Problem extends Error {
  constructor(problem) {
    super(problem.detail || problem.title || "");
    this.problem = problem;
  }

  // wantsKey tells whether the server does not know who asks.
  get wantsKey() {
    return this.problem.status === 401;
  }
}

// request fetches, and throws a Problem where the server answers with one.
export async function request(url, options) {
  const response = await fetch(url, { ...options, headers: { ...options.headers, ...authorization() } });
  if (response.ok) return response;
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    problem = { title: response.statusText };
  }
  throw new Problem(problem);
}

// ask posts a question and calls on(event, data) for each event of the answer.
// It throws where the stream ends before the answer is whole.
export async function ask(question, signal, on) {
  const response = await request("v1/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ question }),
    signal,
  });
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Problem({});
    buffer += decoder.decode(value, { stream: true });
    let end;
    while ((end = buffer.indexOf("\n\n")) >= 0) {
      const { event, data } = parse(buffer.slice(0, end));
      buffer = buffer.slice(end + 2);
      if (!event) continue; // a heartbeat
      if (event === "error") throw new Problem(data);
      on(event, data);
      if (event === "done") return;
    }
  }
}

function parse(frame) {
  let event = "";
  let data = "";
  for (const line of frame.split("\n")) {
    if (line.startsWith("event: ")) event = line.slice(7);
    else if (line.startsWith("data: ")) data += line.slice(6);
  }
  return { event, data: data && JSON.parse(data) };
}
