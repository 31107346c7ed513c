import { Boost, Condition, QueryResponse, compareBytes, config } from "../assembly";

const most = 4; // variants

// reword is a question in the words that the operator has configured.
export function reword(question: string): QueryResponse {
  const response = new QueryResponse();
  const settings = config();
  if (!settings) return response;
  const synonyms = settings.get("synonyms");
  const words = synonyms.names().sort(compareBytes);
  for (let i = 0; i < words.length && response.variants.length < most; i++) {
    const other = synonyms.get(words[i]).string;
    if (other.length > 0 && question.includes(words[i])) {
      response.variants.push(question.replaceAll(words[i], other));
    }
  }
  const language = settings.get("language").string;
  if (language.length > 0) response.filters.push(new Condition("language", [language]));
  const topic = settings.get("topic").string;
  if (topic.length > 0) response.boosts.push(new Boost(new Condition("annotations.example.topic", [topic]), 2));
  return response;
}
