/* Plugins of Naru in C. README.md shows a first one; ../../../abi/SPEC.md is the interface, byte by byte.
 *
 * Memory: all that this library hands out stays until the call ends, and is let go then. There is nothing to free, and
 * nothing may be kept from one call to the next.
 *
 * Offsets are bytes of UTF-8, as indices of C strings are. */
#ifndef NARU_H
#define NARU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts */

/* UTF-8, which may hold zero bytes and does not end with one: texts are parts of the request, and are not copied. */
typedef struct naru_text {
	const char *at;
	size_t size;
} naru_text;

/* A text from a literal. */
#define NARU(literal) ((naru_text){"" literal, sizeof(literal) - 1})

/* What naru_find returns where there is nothing to find. */
#define NARU_NOWHERE SIZE_MAX

naru_text naru_text_of(const char *string); /* a text from a string that ends with a zero byte */
naru_text naru_part(naru_text t, size_t start, size_t end); /* kept within the text, whatever the numbers are */
bool naru_equal(naru_text a, naru_text b);
int naru_compare(naru_text a, naru_text b); /* in the order of their bytes: below, at or above 0 */
bool naru_starts(naru_text t, naru_text with);
size_t naru_find(naru_text t, naru_text what, size_t from); /* where it is first found, from a place on */
bool naru_contains(naru_text t, naru_text what);
naru_text naru_replace(naru_text t, naru_text what, naru_text with); /* each that does not overlap, from left to right */

/* Memory */

/* Zeroed room for so many things of a size, until the call ends. Traps where there is none: a plugin that has no memory
 * cannot say so either. */
void *naru_new(size_t count, size_t size);

/* A text that grows. It begins as {0}. */
typedef struct naru_buffer {
	char *at;
	size_t size, room;
} naru_buffer;

void naru_add(naru_buffer *b, naru_text t);
void naru_add_integer(naru_buffer *b, int64_t n);
naru_text naru_added(const naru_buffer *b);

/* JSON */

typedef enum naru_kind {
	NARU_NOTHING, /* what is not there */
	NARU_NULL,
	NARU_BOOL,
	NARU_NUMBER,
	NARU_STRING,
	NARU_LIST,
	NARU_OBJECT
} naru_kind;

/* A value. What does not belong to its kind is empty, so that a plugin may ask for what it hopes for without asking
 * what there is: naru_get(config, "limit")->number is 0 where there is no such number. */
typedef struct naru_json {
	naru_kind kind;
	bool yes;
	double number;                 /* right to within a unit or two in the last place */
	naru_text text;                /* of a string */
	naru_text name;                /* of a member of an object */
	const struct naru_json *first; /* of a list or an object, in the order in which they stand */
	const struct naru_json *next;
	size_t count;                  /* of a list or an object */
} naru_json;

/* Reads one value and nothing else. What is not right JSON in right UTF-8, or is nested deeper than 64, is
 * NARU_NOTHING. Half a surrogate pair becomes U+FFFD. */
const naru_json *naru_read(naru_text t);

/* A member of an object, the first of that name; never NULL, but a NARU_NOTHING. */
const naru_json *naru_get(const naru_json *of, const char *name);

/* Writes JSON into a buffer that holds nothing else. Commas come by themselves. */
void naru_write_open(naru_buffer *b, char bracket); /* { or [ */
void naru_write_close(naru_buffer *b, char bracket); /* } or ] */
void naru_write_name(naru_buffer *b, const char *name); /* of the member whose value comes next */
void naru_write_text(naru_buffer *b, naru_text t);
void naru_write_integer(naru_buffer *b, int64_t n);
void naru_write_number(naru_buffer *b, double n); /* 15 digits; null where it is no number */
void naru_write_bool(naru_buffer *b, bool yes);

/* Requests. Times are RFC 3339 in UTC; `modified` may be empty. */

typedef struct naru_document_request {
	naru_text now;
	naru_text id, uri, title, language, modified, text;
	const naru_json *metadata; /* strings by their names */
} naru_document_request;

typedef struct naru_query_request {
	naru_text now, question, language;
} naru_query_request;

typedef struct naru_passage {
	naru_text id, document, title, uri, language, modified, text;
	const naru_text *headings;
	size_t heading_count;
	const naru_json *annotations; /* lists of strings, by PLUGIN.PROPERTY */
	double score;
} naru_passage;

typedef struct naru_passages_request {
	naru_text now, question, language;
	const naru_passage *passages;
	size_t passage_count;
} naru_passages_request;

typedef struct naru_sentence {
	naru_text text;
	const size_t *passages; /* the numbers of those that it rests on */
	size_t passage_count;
} naru_sentence;

typedef struct naru_answer_request {
	naru_text now, question, language;
	const naru_sentence *sentences;
	size_t sentence_count;
	const naru_passage *passages;
	size_t passage_count;
} naru_answer_request;

/* Responses. One that nothing was said to leaves all as it is. Their members are the library's own. */

typedef struct naru_document_response {
	naru_text skip;
	naru_buffer redact, annotate;
} naru_document_response;

void naru_skip(naru_document_response *r, naru_text why); /* the document is not indexed */
void naru_redact(naru_document_response *r, size_t start, size_t end, const char *kind);
/* Once for each property, with all its values: a second time for the same would be two members of one name. */
void naru_annotate(naru_document_response *r, const char *property, const naru_text *values, size_t count);

typedef struct naru_query_response {
	naru_buffer variants, filters, boosts;
} naru_query_response;

typedef struct naru_condition {
	const char *field;     /* language, document, annotations.PLUGIN.PROPERTY; or modified */
	const naru_text *any;  /* values of which one has to be there; not for modified */
	size_t any_count;
	naru_text from, before; /* for modified; empty is no bound */
} naru_condition;

naru_condition naru_is(const char *field, naru_text value); /* that a field has one value */
void naru_variant(naru_query_response *r, naru_text question);
void naru_filter(naru_query_response *r, naru_condition c);
void naru_boost(naru_query_response *r, naru_condition c, double factor);

typedef struct naru_passages_response {
	bool ordered;
	naru_buffer order, notes;
} naru_passages_response;

/* From here on what is not kept is dropped. naru_keep says so too, but a plugin that may come to keep nothing has to
 * say it by itself: a response without any order keeps all. */
void naru_order(naru_passages_response *r);
void naru_keep(naru_passages_response *r, size_t passage); /* the best first */
void naru_note(naru_passages_response *r, size_t passage, naru_text note);

typedef struct naru_answer_response {
	naru_buffer drop, redact, flags;
} naru_answer_response;

void naru_drop(naru_answer_response *r, size_t sentence);
void naru_redact_sentence(naru_answer_response *r, size_t sentence, size_t start, size_t end, const char *kind);
void naru_redact_passage(naru_answer_response *r, size_t passage, size_t start, size_t end, const char *kind);
void naru_flag(naru_answer_response *r, size_t sentence, naru_text flag);

/* The plugin could not do its work: the operator reads why, and nothing else of the response counts. */
void naru_fail(naru_text why);

/* The plugin */

/* The numbers of the hooks. */
enum { NARU_DOCUMENT = 1, NARU_QUERY, NARU_PASSAGES, NARU_ANSWER };

/* What a plugin does at the hooks; NULL at those that its manifest does not name. */
struct naru_plugin {
	void (*document)(const naru_document_request *q, naru_document_response *r);
	void (*query)(const naru_query_request *q, naru_query_response *r);
	void (*passages)(const naru_passages_request *q, naru_passages_response *r);
	void (*answer)(const naru_answer_request *q, naru_answer_response *r);
};

/* Defined by the plugin. */
extern const struct naru_plugin naru_plugin;

/* The host. Each function takes the grant of its name, and one that is not called is not imported.
 *
 * They return 0, or one of these; what they were to fill is empty then. */
enum {
	NARU_NONE = -1,    /* there is no such thing */
	NARU_WRONG = -2,   /* the request is wrong */
	NARU_FAILED = -3,  /* it is not possible now */
	NARU_TOO_MANY = -4 /* asked too often in this call */
};

/* Fails with a function's name and what it returned, such as "search: -4". */
void naru_fail_at(const char *function, int code);

typedef enum naru_level { NARU_DEBUG, NARU_INFO, NARU_WARNING, NARU_ERROR } naru_level;

void naru_log(naru_level level, naru_text line); /* 1,000 bytes of it are kept, and 100 lines of a call */

int naru_config(const naru_json **config); /* a NARU_NOTHING where there is none, never NULL */
int naru_lookup(naru_text key, naru_text *value); /* in the operator's table */

typedef struct naru_term {
	naru_text term;
	size_t start, end;
} naru_term;

typedef struct naru_term_list {
	const naru_term *at;
	size_t count;
} naru_term_list;

int naru_terms(naru_text text, naru_text language, naru_term_list *terms); /* an empty language is detected */

typedef struct naru_vector {
	const float *at;
	size_t count;
} naru_vector;

typedef struct naru_vector_list {
	const naru_vector *at;
	size_t count;
} naru_vector_list;

/* What a text is embedded as. */
typedef enum naru_role { NARU_AS_QUERY, NARU_AS_PASSAGE } naru_role;

int naru_embed(naru_role role, const naru_text *texts, size_t count, naru_vector_list *vectors); /* up to 50 texts */

typedef struct naru_passage_list {
	const naru_passage *at;
	size_t count;
} naru_passage_list;

int naru_search(naru_text text, int limit, naru_passage_list *passages); /* up to 20, three times a call */

/* Tests, outside of WebAssembly */

#ifndef __wasm__

/* What stands in for the host. A function that is NULL does nothing, or returns NARU_NONE. */
typedef struct naru_host {
	void (*log)(naru_level level, naru_text line);
	/* Answers "config", "lookup", "terms", "embed" or "search" as the host does: with 0 and a result, or with a negative
	 * number. All but lookup's are JSON. */
	int (*answer)(const char *function, naru_text asked, naru_text *result);
} naru_host;

/* The host that calls go to. Each thread has its own, so that tests may run beside each other. */
extern _Thread_local naru_host naru_test_host;

/* Makes a call as the host does: the response is good until the next one. */
naru_text naru_test_call(int hook, naru_text request);

/* Lets go of what was handed out, as the end of a call does. */
void naru_test_end(void);

#endif
#endif
