import { AnswerRequest, DocumentRequest, PassagesRequest, QueryRequest } from "./request";
import { AnswerResponse, DocumentResponse, PassagesResponse, QueryResponse, Response } from "./response";

// Plugin is what a plugin does at the hooks: a subclass has a method for each that its
// manifest names. What a call leaves in variables must not matter to later ones, which
// may go to another instance.
export class Plugin {
  document(request: DocumentRequest): DocumentResponse { return nothing(new DocumentResponse()); }
  query(request: QueryRequest): QueryResponse { return nothing(new QueryResponse()); }
  passages(request: PassagesRequest): PassagesResponse { return nothing(new PassagesResponse()); }
  answer(request: AnswerRequest): AnswerResponse { return nothing(new AnswerResponse()); }
}

function nothing<T extends Response>(response: T): T {
  response.error = "this plugin does nothing at this hook";
  return response;
}

export let registered: Plugin = new Plugin();

// register names the plugin that calls go to.
export function register(plugin: Plugin): void {
  registered = plugin;
}
