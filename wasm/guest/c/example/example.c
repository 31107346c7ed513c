/* The example plugin, as EXAMPLE.md in Naru's package abitest describes it. */
#include "naru.h"

#define DROP NARU("DROP ME")
#define SECRET NARU("secret")

static void document(const naru_document_request *q, naru_document_response *r) {
	if (naru_contains(q->text, NARU("DO NOT INDEX"))) {
		naru_skip(r, NARU("it says so itself"));
		return;
	}
	for (size_t at = 0; (at = naru_find(q->text, SECRET, at)) != NARU_NOWHERE; at += SECRET.size)
		naru_redact(r, at, at + SECRET.size, "secret");
	naru_text length = q->text.size < 1000 ? NARU("short") : NARU("long");
	naru_text topic = naru_get(q->metadata, "topic")->text;
	naru_annotate(r, "length", &length, 1);
	if (topic.size) naru_annotate(r, "topic", &topic, 1);
}

/* The commands: questions that try out one thing each. */

static void fail(const naru_query_request *q, naru_text argument, naru_query_response *r) {
	(void)q, (void)r;
	naru_fail(argument);
}

static void trap(const naru_query_request *q, naru_text argument, naru_query_response *r) {
	(void)q, (void)argument, (void)r;
	__builtin_trap();
}

static void log_line(const naru_query_request *q, naru_text argument, naru_query_response *r) {
	(void)q, (void)r;
	naru_log(NARU_INFO, argument);
}

/* Answers with what a function of the host's found, or says that it found nothing, or fails with its code. */
static void say(naru_query_response *r, const char *function, int code, naru_text found) {
	if (code < NARU_NONE) naru_fail_at(function, code);
	else naru_variant(r, code == NARU_NONE ? NARU("none") : found);
}

static void lookup(const naru_query_request *q, naru_text argument, naru_query_response *r) {
	(void)q;
	naru_text value;
	int code = naru_lookup(argument, &value);
	say(r, "lookup", code, value);
}

static void join(naru_buffer *b, naru_text word) {
	if (b->size) naru_add(b, NARU(" "));
	naru_add(b, word);
}

static void terms(const naru_query_request *q, naru_text argument, naru_query_response *r) {
	(void)q;
	naru_term_list found;
	naru_buffer b = {0};
	int code = naru_terms(argument, NARU(""), &found);
	for (size_t i = 0; i < found.count; i++) join(&b, found.at[i].term);
	say(r, "terms", code, naru_added(&b));
}

static void embed(const naru_query_request *q, naru_text argument, naru_query_response *r) {
	(void)q;
	naru_vector_list found;
	naru_buffer b = {0};
	int code = naru_embed(NARU_AS_QUERY, &argument, 1, &found);
	naru_add_integer(&b, found.count ? (int64_t)found.at->count : 0);
	say(r, "embed", code, naru_added(&b));
}

static void search(const naru_query_request *q, naru_text argument, naru_query_response *r) {
	(void)q;
	naru_passage_list found;
	naru_buffer b = {0};
	int code = naru_search(argument, 3, &found);
	for (size_t i = 0; i < found.count; i++) join(&b, found.at[i].id);
	say(r, "search", code == 0 && !found.count ? NARU_NONE : code, naru_added(&b));
}

static void now(const naru_query_request *q, naru_text argument, naru_query_response *r) {
	(void)argument;
	naru_variant(r, q->now);
}

static const struct {
	const char *name;
	void (*obey)(const naru_query_request *q, naru_text argument, naru_query_response *r);
} commands[] = {
	{"fail ", fail}, {"trap ", trap}, {"log ", log_line}, {"lookup ", lookup},
	{"terms ", terms}, {"embed ", embed}, {"search ", search}, {"now ", now},
};

/* The first synonym that the question contains, in the order of bytes, after the one before; NULL where there is none. */
static const naru_json *synonym(const naru_json *synonyms, naru_text question, const naru_json *before) {
	const naru_json *first = NULL;
	for (const naru_json *s = synonyms->first; s; s = s->next) {
		if (s->kind != NARU_STRING || !naru_contains(question, s->name)) continue;
		if (before && naru_compare(s->name, before->name) <= 0) continue;
		if (!first || naru_compare(s->name, first->name) < 0) first = s;
	}
	return first;
}

static void query(const naru_query_request *q, naru_query_response *r) {
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		naru_text name = naru_text_of(commands[i].name);
		if (naru_starts(q->question, name)) {
			commands[i].obey(q, naru_part(q->question, name.size, q->question.size), r);
			return;
		}
	}
	const naru_json *config;
	int code = naru_config(&config);
	if (code < NARU_NONE) {
		naru_fail_at("config", code);
		return;
	}
	const naru_json *s = NULL, *synonyms = naru_get(config, "synonyms");
	for (int n = 0; n < 4 && (s = synonym(synonyms, q->question, s)); n++)
		naru_variant(r, naru_replace(q->question, s->name, s->text));
	naru_text language = naru_get(config, "language")->text, topic = naru_get(config, "topic")->text;
	if (language.size) naru_filter(r, naru_is("language", language));
	if (topic.size) naru_boost(r, naru_is("annotations.example.topic", topic), 2);
}

static void passages(const naru_passages_request *q, naru_passages_response *r) {
	if (!q->passage_count) return;
	naru_order(r);
	for (size_t i = q->passage_count; i-- > 0;)
		if (!naru_contains(q->passages[i].text, DROP)) naru_keep(r, i);
	for (size_t i = 0; i < q->passage_count; i++) {
		const naru_passage *p = &q->passages[i];
		if (!p->modified.size || naru_contains(p->text, DROP)) continue;
		naru_buffer note = {0};
		naru_add(&note, NARU("as of "));
		naru_add(&note, naru_part(p->modified, 0, 10));
		naru_note(r, i, naru_added(&note));
	}
}

static bool has_digit(naru_text t) {
	for (size_t i = 0; i < t.size; i++)
		if (t.at[i] >= '0' && t.at[i] <= '9') return true;
	return false;
}

static void answer(const naru_answer_request *q, naru_answer_response *r) {
	for (size_t i = 0; i < q->sentence_count; i++) {
		naru_text text = q->sentences[i].text;
		if (naru_contains(text, DROP)) naru_drop(r, i);
		for (size_t at = 0; (at = naru_find(text, SECRET, at)) != NARU_NOWHERE; at += SECRET.size)
			naru_redact_sentence(r, i, at, at + SECRET.size, "secret");
		if (has_digit(text)) naru_flag(r, i, NARU("check the number"));
	}
	for (size_t i = 0; i < q->passage_count; i++) {
		naru_text text = q->passages[i].text;
		for (size_t at = 0; (at = naru_find(text, SECRET, at)) != NARU_NOWHERE; at += SECRET.size)
			naru_redact_passage(r, i, at, at + SECRET.size, "secret");
	}
}

const struct naru_plugin naru_plugin = {.document = document, .query = query, .passages = passages, .answer = answer};
