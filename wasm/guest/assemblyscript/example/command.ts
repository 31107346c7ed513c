import { Code, Level, QueryRequest, QueryResponse, code, embed, log, lookup, search, terms } from "../assembly";

// command is what a question that tries out one thing is answered with; null where it
// is another.
export function command(request: QueryRequest): QueryResponse | null {
  const space = request.question.indexOf(" ");
  if (space < 0) return null;
  const name = request.question.slice(0, space);
  const argument = request.question.slice(space + 1);
  const response = new QueryResponse();
  if (name == "fail") {
    response.error = argument;
  } else if (name == "trap") {
    throw new Error("asked to");
  } else if (name == "log") {
    log(Level.Info, argument);
  } else if (name == "lookup") {
    response.variants.push(answered(name, lookup(argument), response));
  } else if (name == "terms") {
    const found = terms(argument);
    response.variants.push(answered(name, found ? found.map<string>(t => t.term).join(" ") : null, response));
  } else if (name == "embed") {
    const vectors = embed("query", [argument]);
    response.variants.push(answered(name, vectors ? vectors[0].length.toString() : null, response));
  } else if (name == "search") {
    const found = search(argument, 3);
    const ids = found && found.length > 0 ? found.map<string>(p => p.id).join(" ") : "none";
    response.variants.push(answered(name, found ? ids : null, response));
  } else if (name == "now") {
    response.variants.push(request.now);
  } else {
    return null;
  }
  return response;
}

// answered is the answer of a function of the host's. That there is none is no error.
function answered(name: string, answer: string | null, response: QueryResponse): string {
  if (answer) return answer;
  if (code() == Code.Answered) return "";
  if (code() != Code.None) response.error = name + ": " + code().toString();
  return "none";
}
