#include "naru.h"

/* Memory */

#ifdef __wasm__

/* Memory is one stack, from the end of the module's data on: a call is short, and all that it took goes at once. */
extern unsigned char __heap_base;
static uintptr_t top;

#define PER_THREAD /* a module has one, and no thread-local storage without a runtime */

static void *room(size_t size) {
	uint64_t at = ((top ? top : (uintptr_t)&__heap_base) + UINT64_C(7)) & ~UINT64_C(7);
	uint64_t have = (uint64_t)__builtin_wasm_memory_size(0) << 16;
	if (at + size >= UINT32_MAX) return NULL;
	if (at + size > have && __builtin_wasm_memory_grow(0, (at + size - have + 0xffff) >> 16) == SIZE_MAX) return NULL;
	top = (uintptr_t)(at + size);
	return (void *)(uintptr_t)at;
}

static void let_go(void) { top = 0; }

/* The compiler may call these wherever it likes. With bulk memory each is an instruction, and no call of itself. */
void *memcpy(void *to, const void *from, size_t n) { return __builtin_memcpy(to, from, n); }
void *memmove(void *to, const void *from, size_t n) { return __builtin_memmove(to, from, n); }
void *memset(void *at, int c, size_t n) { return __builtin_memset(at, c, n); }

int memcmp(const void *a, const void *b, size_t n) {
	const unsigned char *x = a, *y = b;
	for (; n; n--, x++, y++)
		if (*x != *y) return *x - *y;
	return 0;
}

#else

#include <stdlib.h>
#include <string.h>

/* Pieces of their own, so that a sanitizer sees who writes beside one. */
struct piece {
	struct piece *before;
	max_align_t bytes[];
};

#define PER_THREAD _Thread_local

static PER_THREAD struct piece *pieces;

static void *room(size_t size) {
	struct piece *p = size < SIZE_MAX / 2 ? malloc(sizeof *p + size) : NULL;
	if (!p) return NULL;
	p->before = pieces;
	pieces = p;
	return p->bytes;
}

static void let_go(void) {
	while (pieces) {
		struct piece *p = pieces;
		pieces = p->before;
		free(p);
	}
}

#endif

static void *must_have(size_t size) {
	void *at = room(size);
	if (!at) __builtin_trap();
	return at;
}

static void copy(char *to, const char *from, size_t n) {
	if (n) __builtin_memmove(to, from, n);
}

void *naru_new(size_t count, size_t size) {
	size_t all;
	if (__builtin_mul_overflow(count, size, &all)) __builtin_trap();
	void *at = must_have(all);
	__builtin_memset(at, 0, all);
	return at;
}

static char *more(naru_buffer *b, size_t n) {
	if (n > b->room - b->size) {
		if (n > SIZE_MAX / 4 || b->size > SIZE_MAX / 4) __builtin_trap();
		size_t room = (b->size + n) * 2;
		char *at = must_have(room);
		copy(at, b->at, b->size);
		b->at = at;
		b->room = room;
	}
	char *at = b->at + b->size;
	b->size += n;
	return at;
}

static void add_byte(naru_buffer *b, char c) { *more(b, 1) = c; }

void naru_add(naru_buffer *b, naru_text t) {
	if (t.size) copy(more(b, t.size), t.at, t.size);
}

static void add_digits(naru_buffer *b, uint64_t n) {
	char digits[20];
	size_t at = sizeof digits;
	do digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	naru_add(b, (naru_text){digits + at, sizeof digits - at});
}

void naru_add_integer(naru_buffer *b, int64_t n) {
	if (n < 0) add_byte(b, '-');
	add_digits(b, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

naru_text naru_added(const naru_buffer *b) { return (naru_text){b->at, b->size}; }

/* Texts */

naru_text naru_text_of(const char *string) {
	size_t size = 0;
	while (string[size]) size++;
	return (naru_text){string, size};
}

naru_text naru_part(naru_text t, size_t start, size_t end) {
	if (end > t.size) end = t.size;
	if (start >= end) return (naru_text){0};
	return (naru_text){t.at + start, end - start};
}

int naru_compare(naru_text a, naru_text b) {
	for (size_t i = 0; i < a.size && i < b.size; i++)
		if (a.at[i] != b.at[i]) return (unsigned char)a.at[i] < (unsigned char)b.at[i] ? -1 : 1;
	return (a.size > b.size) - (a.size < b.size);
}

bool naru_equal(naru_text a, naru_text b) { return a.size == b.size && naru_compare(a, b) == 0; }

bool naru_starts(naru_text t, naru_text with) {
	return t.size >= with.size && naru_equal((naru_text){t.at, with.size}, with);
}

size_t naru_find(naru_text t, naru_text what, size_t from) {
	if (from > t.size || what.size > t.size - from) return NARU_NOWHERE;
	if (!what.size) return from;
	for (const char *at = t.at + from, *last = t.at + t.size - what.size; at <= last; at++)
		if (*at == *what.at && naru_equal((naru_text){at, what.size}, what)) return (size_t)(at - t.at);
	return NARU_NOWHERE;
}

bool naru_contains(naru_text t, naru_text what) { return naru_find(t, what, 0) != NARU_NOWHERE; }

naru_text naru_replace(naru_text t, naru_text what, naru_text with) {
	naru_buffer b = {0};
	size_t from = 0;
	if (!what.size) return t;
	for (size_t at; (at = naru_find(t, what, from)) != NARU_NOWHERE; from = at + what.size) {
		naru_add(&b, naru_part(t, from, at));
		naru_add(&b, with);
	}
	naru_add(&b, naru_part(t, from, t.size));
	return naru_added(&b);
}

/* Reading JSON. Strings are decoded where they stand: no escape is shorter than what it means. */

enum { DEEPEST = 64 };

struct reader {
	char *at, *end;
};

static const naru_json nothing;

static void blanks(struct reader *r) {
	while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
}

static bool takes(struct reader *r, char c) {
	if (r->at == r->end || *r->at != c) return false;
	r->at++;
	return true;
}

static bool word(struct reader *r, const char *word) {
	while (*word)
		if (!takes(r, *word++)) return false;
	return true;
}

/* How long the character is that begins here and is not ASCII; 0 where it is not right UTF-8. */
static size_t character(const unsigned char *at, const unsigned char *end) {
	unsigned char c = *at;
	size_t n = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
	if (c < 0xc2 || c > 0xf4 || (size_t)(end - at) < n) return 0;
	for (size_t i = 1; i < n; i++)
		if ((at[i] & 0xc0) != 0x80) return 0;
	/* Those that have a shorter form, surrogates, and what lies beyond U+10FFFF. */
	if ((c == 0xe0 && at[1] < 0xa0) || (c == 0xed && at[1] > 0x9f) || (c == 0xf0 && at[1] < 0x90) || (c == 0xf4 && at[1] > 0x8f)) return 0;
	return n;
}

/* Where what stands for itself in a string ends. */
static char *plain(char *at, char *end) {
	while (at < end) {
		unsigned char c = (unsigned char)*at;
		if (c < 0x80) {
			if (c < 0x20 || c == '"' || c == '\\') break;
			at++;
		} else {
			size_t n = character((unsigned char *)at, (unsigned char *)end);
			if (!n) break;
			at += n;
		}
	}
	return at;
}

static bool four_digits(struct reader *r, uint32_t *n) {
	if (r->end - r->at < 4) return false;
	*n = 0;
	for (char *end = r->at + 4; r->at < end; r->at++) {
		char c = *r->at, letter = c | 0x20;
		if (c >= '0' && c <= '9') *n = *n << 4 | (uint32_t)(c - '0');
		else if (letter >= 'a' && letter <= 'f') *n = *n << 4 | (uint32_t)(letter - 'a' + 10);
		else return false;
	}
	return true;
}

static char *encode(char *to, uint32_t c) {
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	int n = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	*to++ = (char)((n == 1 ? 0xc0 : n == 2 ? 0xe0 : 0xf0) | c >> 6 * n);
	while (n--) *to++ = (char)(0x80 | (c >> 6 * n & 0x3f));
	return to;
}

/* Decodes the escape that stands here; NULL where it is none. */
static char *escape(struct reader *r, char *to) {
	static const char names[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	uint32_t c, low;
	r->at++;
	for (size_t i = 0; i < sizeof names - 1; i++)
		if (takes(r, names[i])) {
			*to++ = meant[i];
			return to;
		}
	if (!takes(r, 'u') || !four_digits(r, &c)) return NULL;
	if (c >> 11 == 0xd800 >> 11) {
		struct reader after = *r;
		if (c < 0xdc00 && word(&after, "\\u") && four_digits(&after, &low) && low >> 10 == 0xdc00 >> 10) {
			c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
			*r = after;
		} else {
			c = 0xfffd;
		}
	}
	return encode(to, c);
}

static bool string(struct reader *r, naru_text *text) {
	if (!takes(r, '"')) return false;
	char *from = r->at, *to = from;
	for (;;) {
		char *end = plain(r->at, r->end);
		size_t n = (size_t)(end - r->at);
		if (to != r->at) copy(to, r->at, n);
		to += n;
		r->at = end;
		if (takes(r, '"')) break;
		if (r->at == r->end || *r->at != '\\' || !(to = escape(r, to))) return false;
	}
	*text = (naru_text){from, (size_t)(to - from)};
	return true;
}

/* The digits that stand here go to the mantissa, as long as there is room for them; returns how many there are. */
static size_t digits(struct reader *r, uint64_t *mantissa, int64_t *exponent) {
	char *from = r->at;
	for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
		if (*mantissa < UINT64_C(1000000000000000000)) *mantissa = *mantissa * 10 + (uint64_t)(*r->at - '0');
		else ++*exponent;
	}
	return (size_t)(r->at - from);
}

/* A number times a power of ten, in steps that a double holds exactly. */
static double scaled(double n, int64_t exponent) {
	bool down = exponent < 0;
	for (int64_t left = down ? -exponent : exponent; left > 0; left -= 22) {
		double power = 1;
		for (int64_t i = 0; i < left && i < 22; i++) power *= 10;
		n = down ? n / power : n * power;
	}
	return n;
}

static bool number(struct reader *r, double *n) {
	bool negative = takes(r, '-');
	uint64_t mantissa = 0, power = 0;
	int64_t exponent = 0, beyond = 0;
	char *from = r->at;
	size_t whole = digits(r, &mantissa, &exponent);
	if (!whole || (whole > 1 && *from == '0')) return false;
	if (takes(r, '.')) {
		size_t fraction = digits(r, &mantissa, &exponent);
		if (!fraction) return false;
		exponent -= (int64_t)fraction;
	}
	if (takes(r, 'e') || takes(r, 'E')) {
		bool below = takes(r, '-');
		if (!below) takes(r, '+');
		if (!digits(r, &power, &beyond)) return false;
		if (power > 1000000000) power = 1000000000;
		exponent += below ? -(int64_t)power : (int64_t)power;
	}
	/* Beyond these there is only zero or infinity. */
	if (exponent > 400) exponent = 400;
	if (exponent < -400) exponent = -400;
	*n = scaled((double)mantissa, exponent);
	if (negative) *n = -*n;
	return true;
}

static bool value(struct reader *r, naru_json *v, int depth);

static bool children(struct reader *r, naru_json *v, int depth) {
	bool object = *r->at++ == '{';
	char close = object ? '}' : ']';
	const naru_json **last = &v->first;
	v->kind = object ? NARU_OBJECT : NARU_LIST;
	blanks(r);
	if (takes(r, close)) return true;
	do {
		naru_json *child = naru_new(1, sizeof *child);
		if (object) {
			blanks(r);
			if (!string(r, &child->name)) return false;
			blanks(r);
			if (!takes(r, ':')) return false;
		}
		if (!value(r, child, depth + 1)) return false;
		*last = child;
		last = &child->next;
		v->count++;
		blanks(r);
	} while (takes(r, ','));
	return takes(r, close);
}

static bool value(struct reader *r, naru_json *v, int depth) {
	blanks(r);
	if (r->at == r->end || depth > DEEPEST) return false;
	switch (*r->at) {
	case '"':
		v->kind = NARU_STRING;
		return string(r, &v->text);
	case '{':
	case '[':
		return children(r, v, depth);
	case 't':
	case 'f':
		v->kind = NARU_BOOL;
		v->yes = *r->at == 't';
		return word(r, v->yes ? "true" : "false");
	case 'n':
		v->kind = NARU_NULL;
		return word(r, "null");
	default:
		v->kind = NARU_NUMBER;
		return number(r, &v->number);
	}
}

/* Reads a value from memory that may be written on. */
static const naru_json *read_here(char *at, size_t size) {
	struct reader r = {at, at + size};
	naru_json *v = naru_new(1, sizeof *v);
	if (!value(&r, v, 1)) return &nothing;
	blanks(&r);
	return r.at == r.end ? v : &nothing;
}

const naru_json *naru_read(naru_text t) {
	if (!t.size) return &nothing;
	char *at = must_have(t.size);
	copy(at, t.at, t.size);
	return read_here(at, t.size);
}

const naru_json *naru_get(const naru_json *of, const char *name) {
	if (of->kind == NARU_OBJECT) {
		naru_text wanted = naru_text_of(name);
		for (const naru_json *m = of->first; m; m = m->next)
			if (naru_equal(m->name, wanted)) return m;
	}
	return &nothing;
}

static naru_text text_of(const naru_json *of, const char *name) { return naru_get(of, name)->text; }

/* A number that counts something; 0 for what cannot. */
static size_t count_of(const naru_json *v) { return v->number > 0 && v->number < UINT32_MAX ? (size_t)v->number : 0; }

/* Writing JSON */

/* Puts a comma where a value stands before. */
static void apart(naru_buffer *b) {
	char last = b->size ? b->at[b->size - 1] : '[';
	if (last != '[' && last != '{' && last != ':') add_byte(b, ',');
}

void naru_write_open(naru_buffer *b, char bracket) {
	apart(b);
	add_byte(b, bracket);
}

void naru_write_close(naru_buffer *b, char bracket) { add_byte(b, bracket); }

void naru_write_name(naru_buffer *b, const char *name) {
	naru_write_text(b, naru_text_of(name));
	add_byte(b, ':');
}

void naru_write_text(naru_buffer *b, naru_text t) {
	static const char hex[] = "0123456789abcdef";
	size_t from = 0;
	apart(b);
	add_byte(b, '"');
	for (size_t i = 0; i < t.size; i++) {
		unsigned char c = (unsigned char)t.at[i];
		if (c >= 0x20 && c != '"' && c != '\\') continue;
		naru_add(b, naru_part(t, from, i));
		from = i + 1;
		if (c >= 0x20) naru_add(b, (naru_text){(char[]){'\\', (char)c}, 2});
		else naru_add(b, (naru_text){(char[]){'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6});
	}
	naru_add(b, naru_part(t, from, t.size));
	add_byte(b, '"');
}

void naru_write_integer(naru_buffer *b, int64_t n) {
	apart(b);
	naru_add_integer(b, n);
}

void naru_write_number(naru_buffer *b, double n) {
	apart(b);
	if (n - n != 0) {
		naru_add(b, NARU("null"));
		return;
	}
	if (n < 0) add_byte(b, '-');
	if (n < 0) n = -n;
	/* Fifteen digits before the point, and how far it has to go from there. */
	int exponent = 0;
	for (; n >= 1e15; exponent++) n /= 10;
	for (; n > 0 && n < 1e14; exponent--) n *= 10;
	uint64_t whole = (uint64_t)(n + .5);
	for (; whole && whole % 10 == 0; exponent++) whole /= 10;
	if (exponent > 0 && exponent <= 3)
		for (; exponent; exponent--) whole *= 10;
	add_digits(b, whole);
	if (exponent) {
		add_byte(b, 'e');
		naru_add_integer(b, exponent);
	}
}

void naru_write_bool(naru_buffer *b, bool yes) {
	apart(b);
	naru_add(b, yes ? NARU("true") : NARU("false"));
}

static void write_size(naru_buffer *b, const char *name, size_t n) {
	naru_write_name(b, name);
	naru_write_integer(b, (int64_t)n);
}

static void write_member(naru_buffer *b, const char *name, naru_text t) {
	naru_write_name(b, name);
	naru_write_text(b, t);
}

static void write_texts(naru_buffer *b, const naru_text *texts, size_t count) {
	naru_write_open(b, '[');
	for (size_t i = 0; i < count; i++) naru_write_text(b, texts[i]);
	naru_write_close(b, ']');
}

/* A member whose elements were written one by one; nothing where there are none. */
static void write_all(naru_buffer *b, const char *name, const char *brackets, const naru_buffer *elements) {
	if (!elements->size) return;
	naru_write_name(b, name);
	add_byte(b, brackets[0]);
	naru_add(b, naru_added(elements));
	add_byte(b, brackets[1]);
}

/* Messages: requests */

static const naru_passage *read_passages(const naru_json *list, size_t *count) {
	naru_passage *all = naru_new(list->count, sizeof *all), *p = all;
	*count = list->count;
	for (const naru_json *v = list->first; v; v = v->next, p++) {
		const naru_json *headings = naru_get(v, "headings");
		naru_text *h = naru_new(headings->count, sizeof *h);
		*p = (naru_passage){
			.id = text_of(v, "id"), .document = text_of(v, "document"), .title = text_of(v, "title"), .uri = text_of(v, "uri"),
			.language = text_of(v, "language"), .modified = text_of(v, "modified"), .text = text_of(v, "text"),
			.headings = h, .heading_count = headings->count,
			.annotations = naru_get(v, "annotations"), .score = naru_get(v, "score")->number,
		};
		for (const naru_json *heading = headings->first; heading; heading = heading->next) *h++ = heading->text;
	}
	return all;
}

static const naru_sentence *read_sentences(const naru_json *list, size_t *count) {
	naru_sentence *all = naru_new(list->count, sizeof *all), *s = all;
	*count = list->count;
	for (const naru_json *v = list->first; v; v = v->next, s++) {
		const naru_json *passages = naru_get(v, "passages");
		size_t *numbers = naru_new(passages->count, sizeof *numbers);
		*s = (naru_sentence){.text = text_of(v, "text"), .passages = numbers, .passage_count = passages->count};
		for (const naru_json *n = passages->first; n; n = n->next) *numbers++ = count_of(n);
	}
	return all;
}

/* Messages: responses */

static PER_THREAD bool failed;
static PER_THREAD naru_text failure;

void naru_fail(naru_text why) {
	failed = true;
	failure = why;
}

void naru_fail_at(const char *function, int code) {
	naru_buffer b = {0};
	naru_add(&b, naru_text_of(function));
	naru_add(&b, NARU(": "));
	naru_add_integer(&b, code);
	naru_fail(naru_added(&b));
}

static void write_range(naru_buffer *b, size_t start, size_t end, const char *kind) {
	write_size(b, "start", start);
	write_size(b, "end", end);
	write_member(b, "kind", naru_text_of(kind));
	naru_write_close(b, '}');
}

void naru_skip(naru_document_response *r, naru_text why) { r->skip = why; }

void naru_redact(naru_document_response *r, size_t start, size_t end, const char *kind) {
	naru_write_open(&r->redact, '{');
	write_range(&r->redact, start, end, kind);
}

void naru_annotate(naru_document_response *r, const char *property, const naru_text *values, size_t count) {
	naru_write_name(&r->annotate, property);
	write_texts(&r->annotate, values, count);
}

naru_condition naru_is(const char *field, naru_text value) {
	naru_text *any = naru_new(1, sizeof *any);
	*any = value;
	return (naru_condition){.field = field, .any = any, .any_count = 1};
}

static void write_condition(naru_buffer *b, naru_condition c) {
	naru_write_open(b, '{');
	write_member(b, "field", naru_text_of(c.field));
	if (c.any_count) {
		naru_write_name(b, "any");
		write_texts(b, c.any, c.any_count);
	}
	if (c.from.size) write_member(b, "from", c.from);
	if (c.before.size) write_member(b, "before", c.before);
	naru_write_close(b, '}');
}

void naru_variant(naru_query_response *r, naru_text question) { naru_write_text(&r->variants, question); }

void naru_filter(naru_query_response *r, naru_condition c) { write_condition(&r->filters, c); }

void naru_boost(naru_query_response *r, naru_condition c, double factor) {
	naru_write_open(&r->boosts, '{');
	naru_write_name(&r->boosts, "when");
	write_condition(&r->boosts, c);
	naru_write_name(&r->boosts, "factor");
	naru_write_number(&r->boosts, factor);
	naru_write_close(&r->boosts, '}');
}

void naru_order(naru_passages_response *r) { r->ordered = true; }

void naru_keep(naru_passages_response *r, size_t passage) {
	r->ordered = true;
	naru_write_integer(&r->order, (int64_t)passage);
}

void naru_note(naru_passages_response *r, size_t passage, naru_text note) {
	naru_write_open(&r->notes, '{');
	write_size(&r->notes, "passage", passage);
	write_member(&r->notes, "note", note);
	naru_write_close(&r->notes, '}');
}

void naru_drop(naru_answer_response *r, size_t sentence) { naru_write_integer(&r->drop, (int64_t)sentence); }

void naru_redact_sentence(naru_answer_response *r, size_t sentence, size_t start, size_t end, const char *kind) {
	naru_write_open(&r->redact, '{');
	write_size(&r->redact, "sentence", sentence);
	write_range(&r->redact, start, end, kind);
}

void naru_redact_passage(naru_answer_response *r, size_t passage, size_t start, size_t end, const char *kind) {
	naru_write_open(&r->redact, '{');
	write_size(&r->redact, "passage", passage);
	write_range(&r->redact, start, end, kind);
}

void naru_flag(naru_answer_response *r, size_t sentence, naru_text flag) {
	naru_write_open(&r->flags, '{');
	write_size(&r->flags, "sentence", sentence);
	write_member(&r->flags, "flag", flag);
	naru_write_close(&r->flags, '}');
}

/* A call */

static void at_document(const naru_json *v, naru_buffer *b) {
	const naru_json *d = naru_get(v, "document");
	naru_document_request q = {
		.now = text_of(v, "now"), .id = text_of(d, "id"), .uri = text_of(d, "uri"), .title = text_of(d, "title"),
		.language = text_of(d, "language"), .modified = text_of(d, "modified"), .text = text_of(d, "text"),
		.metadata = naru_get(d, "metadata"),
	};
	naru_document_response r = {0};
	naru_plugin.document(&q, &r);
	if (r.skip.size) write_member(b, "skip", r.skip);
	write_all(b, "redact", "[]", &r.redact);
	write_all(b, "annotate", "{}", &r.annotate);
}

static void at_query(const naru_json *v, naru_buffer *b) {
	naru_query_request q = {.now = text_of(v, "now"), .question = text_of(v, "question"), .language = text_of(v, "language")};
	naru_query_response r = {0};
	naru_plugin.query(&q, &r);
	write_all(b, "variants", "[]", &r.variants);
	write_all(b, "filters", "[]", &r.filters);
	write_all(b, "boosts", "[]", &r.boosts);
}

static void at_passages(const naru_json *v, naru_buffer *b) {
	naru_passages_request q = {.now = text_of(v, "now"), .question = text_of(v, "question"), .language = text_of(v, "language")};
	naru_passages_response r = {0};
	q.passages = read_passages(naru_get(v, "passages"), &q.passage_count);
	naru_plugin.passages(&q, &r);
	if (r.ordered) {
		naru_write_name(b, "order");
		naru_write_open(b, '[');
		naru_add(b, naru_added(&r.order));
		naru_write_close(b, ']');
	}
	write_all(b, "notes", "[]", &r.notes);
}

static void at_answer(const naru_json *v, naru_buffer *b) {
	naru_answer_request q = {.now = text_of(v, "now"), .question = text_of(v, "question"), .language = text_of(v, "language")};
	naru_answer_response r = {0};
	q.sentences = read_sentences(naru_get(v, "sentences"), &q.sentence_count);
	q.passages = read_passages(naru_get(v, "passages"), &q.passage_count);
	naru_plugin.answer(&q, &r);
	write_all(b, "drop", "[]", &r.drop);
	write_all(b, "redact", "[]", &r.redact);
	write_all(b, "flags", "[]", &r.flags);
}

static naru_text answer(int hook, char *request, size_t size) {
	naru_buffer b = {0};
	failed = false;
	naru_write_open(&b, '{');
	const naru_json *v = read_here(request, size);
	if (v->kind != NARU_OBJECT) naru_fail(NARU("the request is not JSON"));
	else if (hook == NARU_DOCUMENT && naru_plugin.document) at_document(v, &b);
	else if (hook == NARU_QUERY && naru_plugin.query) at_query(v, &b);
	else if (hook == NARU_PASSAGES && naru_plugin.passages) at_passages(v, &b);
	else if (hook == NARU_ANSWER && naru_plugin.answer) at_answer(v, &b);
	else naru_fail(NARU("this plugin does nothing at this hook"));
	if (failed) {
		b.size = 1;
		write_member(&b, "error", failure.size ? failure : NARU("it failed and does not say why"));
	}
	naru_write_close(&b, '}');
	return naru_added(&b);
}

/* The host */

#ifdef __wasm__

#define IMPORT(name) __attribute__((import_module("naru"), import_name(name)))
IMPORT("result") void naru_import_result(char *at);
IMPORT("log") void naru_import_log(int level, const char *at, size_t size);
IMPORT("config") int naru_import_config(void);
IMPORT("lookup") int naru_import_lookup(const char *at, size_t size);
IMPORT("terms") int naru_import_terms(const char *at, size_t size);
IMPORT("embed") int naru_import_embed(const char *at, size_t size);
IMPORT("search") int naru_import_search(const char *at, size_t size);

#define EXPORT(name) __attribute__((export_name(name)))

EXPORT("naru_abi") int naru_abi(void) { return 1; }
EXPORT("naru_alloc") void *naru_alloc(size_t size) { return room(size); }
EXPORT("naru_reset") void naru_reset(void) { let_go(); }

EXPORT("naru_call") uint64_t naru_call(int hook, char *at, size_t size) {
	naru_text response = answer(hook, at, size);
	return (uint64_t)(uintptr_t)response.at << 32 | response.size;
}

#else

_Thread_local naru_host naru_test_host;
static _Thread_local naru_text result;

static int ask(const char *function, const char *at, size_t size) {
	result = (naru_text){0};
	int code = naru_test_host.answer ? naru_test_host.answer(function, (naru_text){at, size}, &result) : NARU_NONE;
	return code < 0 ? code : (int)result.size;
}

static void naru_import_result(char *at) { copy(at, result.at, result.size); }
static int naru_import_config(void) { return ask("config", "", 0); }
static int naru_import_lookup(const char *at, size_t size) { return ask("lookup", at, size); }
static int naru_import_terms(const char *at, size_t size) { return ask("terms", at, size); }
static int naru_import_embed(const char *at, size_t size) { return ask("embed", at, size); }
static int naru_import_search(const char *at, size_t size) { return ask("search", at, size); }

static void naru_import_log(int level, const char *at, size_t size) {
	if (naru_test_host.log) naru_test_host.log((naru_level)level, (naru_text){at, size});
}

void naru_test_end(void) { let_go(); }

naru_text naru_test_call(int hook, naru_text request) {
	naru_test_end();
	char *at = must_have(request.size);
	copy(at, request.at, request.size);
	return answer(hook, at, request.size);
}

#endif

/* Fetches what a function has answered, of which it returned the size. */
static char *fetch(int size) {
	char *at = must_have((size_t)size);
	naru_import_result(at);
	return at;
}

/* The list of that name in what a function has answered. */
static int listed(int size, const char *name, const naru_json **list) {
	*list = &nothing;
	if (size < 0) return size;
	*list = naru_get(read_here(fetch(size), (size_t)size), name);
	return (*list)->kind == NARU_LIST ? 0 : NARU_FAILED;
}

void naru_log(naru_level level, naru_text line) { naru_import_log((int)level, line.at, line.size); }

int naru_config(const naru_json **config) {
	int size = naru_import_config();
	*config = &nothing;
	if (size < 0) return size;
	*config = read_here(fetch(size), (size_t)size);
	return 0;
}

int naru_lookup(naru_text key, naru_text *value) {
	int size = naru_import_lookup(key.at, key.size);
	*value = (naru_text){0};
	if (size < 0) return size;
	*value = (naru_text){fetch(size), (size_t)size};
	return 0;
}

int naru_terms(naru_text text, naru_text language, naru_term_list *terms) {
	naru_buffer b = {0};
	const naru_json *list;
	naru_write_open(&b, '{');
	write_member(&b, "text", text);
	if (language.size) write_member(&b, "language", language);
	naru_write_close(&b, '}');
	int code = listed(naru_import_terms(b.at, b.size), "terms", &list);
	naru_term *t = naru_new(list->count, sizeof *t);
	*terms = (naru_term_list){t, list->count};
	for (const naru_json *v = list->first; v; v = v->next)
		*t++ = (naru_term){text_of(v, "term"), count_of(naru_get(v, "start")), count_of(naru_get(v, "end"))};
	return code;
}

int naru_embed(naru_role role, const naru_text *texts, size_t count, naru_vector_list *vectors) {
	naru_buffer b = {0};
	const naru_json *list;
	naru_write_open(&b, '{');
	naru_write_name(&b, "texts");
	write_texts(&b, texts, count);
	write_member(&b, "kind", role == NARU_AS_QUERY ? NARU("query") : NARU("passage"));
	naru_write_close(&b, '}');
	int code = listed(naru_import_embed(b.at, b.size), "vectors", &list);
	naru_vector *vector = naru_new(list->count, sizeof *vector);
	*vectors = (naru_vector_list){vector, list->count};
	for (const naru_json *v = list->first; v; v = v->next) {
		float *f = naru_new(v->count, sizeof *f);
		*vector++ = (naru_vector){f, v->count};
		for (const naru_json *n = v->first; n; n = n->next) *f++ = (float)n->number;
	}
	return code;
}

int naru_search(naru_text text, int limit, naru_passage_list *passages) {
	naru_buffer b = {0};
	const naru_json *list;
	naru_write_open(&b, '{');
	write_member(&b, "text", text);
	naru_write_name(&b, "limit");
	naru_write_integer(&b, limit);
	naru_write_close(&b, '}');
	int code = listed(naru_import_search(b.at, b.size), "passages", &list);
	passages->at = read_passages(list, &passages->count);
	return code;
}
