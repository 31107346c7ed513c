/* Tests of the library and of the example, outside of WebAssembly; test.sh runs them. */
#include "naru.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

/* Compares two texts, and says where they differ. */
static void same(const char *what, naru_text got, naru_text want) {
	if (naru_equal(got, want)) return;
	failures++;
	printf("%s:\n got %.*s\nwant %.*s\n", what, (int)got.size, got.at ? got.at : "", (int)want.size, want.at ? want.at : "");
}

static void holds(const char *what, bool yes) {
	if (yes) return;
	failures++;
	printf("it does not hold: %s\n", what);
}

#define HOLDS(condition) holds(#condition, condition)

static void texts(void) {
	naru_text t = NARU("나루 ferry ferry");
	HOLDS(naru_find(t, NARU("ferry"), 0) == 7);
	HOLDS(naru_find(t, NARU("ferry"), 8) == 13);
	HOLDS(naru_find(t, NARU("ferry"), 14) == NARU_NOWHERE);
	HOLDS(naru_find(t, NARU("ferry"), 99) == NARU_NOWHERE);
	HOLDS(naru_find(NARU("aab"), NARU("ab"), 0) == 1);
	HOLDS(naru_contains((naru_text){0}, (naru_text){0}));
	HOLDS(naru_starts(t, NARU("나루")) && !naru_starts(NARU("나"), t));
	HOLDS(naru_compare(NARU("a"), NARU("b")) < 0 && naru_compare(NARU("ab"), NARU("a")) > 0 && naru_compare(NARU("배"), NARU("z")) > 0);
	same("replace", naru_replace(t, NARU("ferry"), NARU("boat")), NARU("나루 boat boat"));
	same("replace nothing", naru_replace(t, NARU(""), NARU("boat")), t);
	same("remove", naru_replace(NARU("aaa"), NARU("aa"), NARU("")), NARU("a"));
	same("part", naru_part(t, 7, 12), NARU("ferry"));
	same("no part", naru_part(t, 12, 7), NARU(""));
	same("part beyond", naru_part(t, 13, 99), NARU("ferry"));
	naru_buffer b = {0};
	naru_add_integer(&b, INT64_MIN);
	same("the lowest integer", naru_added(&b), NARU("-9223372036854775808"));
	naru_test_end();
}

/* What a value is, written again. */
static void write_value(naru_buffer *b, const naru_json *v) {
	switch (v->kind) {
	case NARU_NOTHING: naru_add(b, NARU("nothing")); break;
	case NARU_NULL: naru_write_text(b, NARU("(null)")); break;
	case NARU_BOOL: naru_write_bool(b, v->yes); break;
	case NARU_NUMBER: naru_write_number(b, v->number); break;
	case NARU_STRING: naru_write_text(b, v->text); break;
	case NARU_LIST:
	case NARU_OBJECT: {
		bool object = v->kind == NARU_OBJECT;
		naru_write_open(b, object ? '{' : '[');
		for (const naru_json *c = v->first; c; c = c->next) {
			if (object) naru_write_text(b, c->name), naru_add(b, NARU(":"));
			write_value(b, c);
		}
		naru_write_close(b, object ? '}' : ']');
	}
	}
}

static void reading(void) {
	static const struct {
		const char *json, *want;
	} cases[] = {
		{"null", "\"(null)\""}, {" true\n", "true"}, {"false", "false"}, {"[]", "[]"}, {"{ }", "{}"},
		{"[1, [2] ,{}]", "[1,[2],{}]"}, {"{\"a\":1,\"b\":\"x\",\"a\":2}", "{\"a\":1,\"b\":\"x\",\"a\":2}"},
		{"-12.5e1", "-125"}, {"1e-7", "1e-7"}, {"0.9841", "9841e-4"}, {"-0", "0"}, {"1E+2", "100"}, {"10.50", "105e-1"},
		{"123456789012345678901234567890", "123456789012346e15"}, {"1e999999999999999999999999", "null"}, {"1e-999999999999", "0"},
		{"0.0000000000000000000000000000000000000000000000000005e52", "5"},
		{"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\"", "\"\\\"\\\\/\\u0008\\u000c\\u000a\\u000d\\u0009é😀\""},
		{"\"\\ud83d x\\ud83d\\u0041\\ude00\\ud83d\"", "\"\xef\xbf\xbd x\xef\xbf\xbd""A\xef\xbf\xbd\xef\xbf\xbd\""},
		{"\"\\u0000\\uD55C\\u07ff\"", "\"\\u0000한\xdf\xbf\""}, {"\"나루 𠮷\"", "\"나루 𠮷\""},
		{"", "nothing"}, {"nul", "nothing"}, {"1 2", "nothing"}, {"[1,]", "nothing"}, {"[1", "nothing"}, {"[1}", "nothing"},
		{"{\"a\"}", "nothing"}, {"{a:1}", "nothing"}, {"{\"a\":1,}", "nothing"}, {"{,}", "nothing"}, {"\"a", "nothing"},
		{"\"\\x\"", "nothing"}, {"\"\\u12\"", "nothing"}, {"\"\\u12g4\"", "nothing"}, {"\"\\ud83d\\uzzzz\"", "nothing"}, {"\"\n\"", "nothing"},
		{"\"\\", "nothing"}, {"-", "nothing"}, {"1.", "nothing"}, {".5", "nothing"}, {"1e", "nothing"}, {"01", "nothing"}, {"+1", "nothing"},
		{"\"\xff\"", "nothing"}, {"\"\xc0\x80\"", "nothing"}, {"\"\xe0\x80\x80\"", "nothing"}, {"\"\xed\xa0\x80\"", "nothing"},
		{"\"\xf4\x90\x80\x80\"", "nothing"}, {"\"\xe3\x81\"", "nothing"}, {"\"\xf0\x9f\x98", "nothing"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		naru_buffer b = {0};
		write_value(&b, naru_read(naru_text_of(cases[i].json)));
		same(cases[i].json, naru_added(&b), naru_text_of(cases[i].want));
	}
	char deep[200000];
	memset(deep, '[', sizeof deep);
	HOLDS(naru_read((naru_text){deep, sizeof deep})->kind == NARU_NOTHING);
	memset(deep + 64, ']', 64);
	HOLDS(naru_read((naru_text){deep, 128})->kind == NARU_LIST);
	memset(deep + 64, '[', 1);
	memset(deep + 65, ']', 65);
	HOLDS(naru_read((naru_text){deep, 130})->kind == NARU_NOTHING);
	const naru_json *v = naru_read(NARU("{\"a\":{\"b\":[1,\"x\"]}}"));
	HOLDS(naru_get(naru_get(v, "a"), "b")->count == 2);
	HOLDS(naru_get(naru_get(naru_get(v, "x"), "y"), "z")->kind == NARU_NOTHING);
	naru_test_end();
}

/* Numbers are what the C library says, or a unit or two beside it. */
static void numbers(void) {
	uint64_t state = 1;
	for (int i = 0; i < 100000; i++) {
		char written[400];
		state = state * 6364136223846793005u + 1442695040888963407u;
		double want = (double)(int64_t)state;
		for (int e = (int)(state >> 57) - 64; e; e += e < 0 ? 1 : -1) want = e < 0 ? want / 10 : want * 10;
		snprintf(written, sizeof written, i % 2 ? "%.17g" : "%.6f", want);
		want = strtod(written, NULL);
		double got = naru_read(naru_text_of(written))->number;
		double off = want > got ? want - got : got - want, most = (want < 0 ? -want : want) * 1e-15;
		if (off > most) holds(written, false);
		naru_buffer b = {0};
		naru_write_number(&b, want);
		got = naru_read(naru_added(&b))->number;
		off = want > got ? want - got : got - want;
		if (off > most * 10) holds(written, false);
		naru_test_end();
	}
}

/* Whatever the bytes are, nothing is read beside them: the sanitizers look on. */
static void any_bytes(void) {
	static const char seed[] = "{\"a\":[1.5e-3,\"\\ud83d\\ude00\",true,null,{\"b\":\"나루\"}],\"c\":-0,\"d\":\"\\\\\"}";
	uint64_t state = 1;
	for (int i = 0; i < 200000; i++) {
		char bytes[sizeof seed];
		memcpy(bytes, seed, sizeof seed);
		for (int n = 0; n < 3; n++) {
			state = state * 6364136223846793005u + 1442695040888963407u;
			bytes[(state >> 33) % (sizeof seed - 1)] = (char)(state >> 56);
		}
		naru_read((naru_text){bytes, (state >> 20) % 3 ? sizeof seed - 1 : (state >> 40) % sizeof seed});
		naru_test_end();
	}
}

static const char *config;
static int code;
static naru_text seen;

static int answer(const char *function, naru_text asked, naru_text *result) {
	static char copy[1000];
	memcpy(copy, asked.at, asked.size < sizeof copy ? asked.size : sizeof copy);
	seen = (naru_text){copy, asked.size};
	if (code < 0) return code;
	if (strcmp(function, "config") == 0) {
		if (!config) return NARU_NONE;
		*result = naru_text_of(config);
	}
	if (strcmp(function, "lookup") == 0) {
		if (naru_equal(asked, NARU("nobody"))) return NARU_NONE;
		*result = NARU("a \"value\"");
	}
	if (strcmp(function, "terms") == 0) *result = NARU("{\"terms\":[{\"term\":\"나루\",\"start\":0,\"end\":6},{\"term\":\"x\"}]}");
	if (strcmp(function, "embed") == 0) *result = NARU("{\"vectors\":[[0.5,-1e-1,0]]}");
	if (strcmp(function, "search") == 0) *result = NARU("{\"passages\":[{\"id\":\"a\",\"new\":{}},{\"id\":\"b\"}]}");
	return 0;
}

static naru_text logged;

static void take_line(naru_level level, naru_text line) {
	static char copy[100];
	memcpy(copy, line.at, line.size);
	logged = (naru_text){copy, line.size};
	HOLDS(level == NARU_INFO);
}

static void asks(int hook, const char *request, const char *want) {
	same(request, naru_test_call(hook, naru_text_of(request)), naru_text_of(want));
}

static void questions(const char *question, const char *want) {
	char request[300];
	snprintf(request, sizeof request, "{\"abi\":1,\"hook\":\"query\",\"now\":\"2026\",\"question\":\"%s\",\"language\":\"ko\"}", question);
	asks(NARU_QUERY, request, want);
}

static void example(void) {
	naru_test_host = (naru_host){0};
	questions("a ferry?", "{}");
	questions("lookup x", "{\"variants\":[\"none\"]}");
	naru_test_host = (naru_host){.log = take_line, .answer = answer};
	questions("a ferry?", "{}");
	config = "{\"synonyms\":{\"ferry\":\"boat\",\"배\":5,\"a\":\"the\"},\"language\":\"ko\",\"topic\":\"강\"}";
	questions("a ferry?",
		"{\"variants\":[\"the ferry?\",\"a boat?\"],\"filters\":[{\"field\":\"language\",\"any\":[\"ko\"]}],"
		"\"boosts\":[{\"when\":{\"field\":\"annotations.example.topic\",\"any\":[\"강\"]},\"factor\":2}]}");
	config = "null";
	questions("a ferry?", "{}");
	questions("log 나루", "{}");
	same("the log", logged, NARU("나루"));
	questions("now ", "{\"variants\":[\"2026\"]}");
	questions("fail \\\"why\\n", "{\"error\":\"\\\"why\\u000a\"}");
	questions("fail ", "{\"error\":\"it failed and does not say why\"}");
	questions("lookup nobody", "{\"variants\":[\"none\"]}");
	questions("lookup x", "{\"variants\":[\"a \\\"value\\\"\"]}");
	questions("terms 나\\\"루", "{\"variants\":[\"나루 x\"]}");
	same("terms", seen, NARU("{\"text\":\"나\\\"루\"}"));
	questions("embed x", "{\"variants\":[\"3\"]}");
	same("embed", seen, NARU("{\"texts\":[\"x\"],\"kind\":\"query\"}"));
	questions("search x", "{\"variants\":[\"a b\"]}");
	same("search", seen, NARU("{\"text\":\"x\",\"limit\":3}"));
	code = NARU_TOO_MANY;
	questions("search x", "{\"error\":\"search: -4\"}");
	questions("lookup x", "{\"error\":\"lookup: -4\"}");
	questions("a ferry?", "{\"error\":\"config: -4\"}");
	code = 0;
	asks(NARU_DOCUMENT, "{\"document\":{\"text\":\"secretsecret\",\"metadata\":{\"topic\":\"강\"}}}",
		"{\"redact\":[{\"start\":0,\"end\":6,\"kind\":\"secret\"},{\"start\":6,\"end\":12,\"kind\":\"secret\"}],"
		"\"annotate\":{\"length\":[\"short\"],\"topic\":[\"강\"]}}");
	asks(NARU_DOCUMENT, "{\"document\":{\"text\":\"DO NOT INDEX secret\"}}", "{\"skip\":\"it says so itself\"}");
	asks(NARU_PASSAGES, "{\"passages\":[]}", "{}");
	asks(NARU_PASSAGES, "{\"passages\":[{\"text\":\"DROP ME\",\"modified\":\"2026-01-02T\"}]}", "{\"order\":[]}");
	asks(NARU_PASSAGES, "{\"passages\":[{\"text\":\"a\",\"headings\":[\"x\",\"y\"]},{\"x\":[{}],\"modified\":\"2026-01-02T03:04:05Z\"}]}",
		"{\"order\":[1,0],\"notes\":[{\"passage\":1,\"note\":\"as of 2026-01-02\"}]}");
	asks(NARU_ANSWER, "{\"sentences\":[{\"text\":\"secret 1\",\"passages\":[0]},{\"text\":\"DROP ME\"}],\"passages\":[{\"text\":\"a secret\"}]}",
		"{\"drop\":[1],\"redact\":[{\"sentence\":0,\"start\":0,\"end\":6,\"kind\":\"secret\"},"
		"{\"passage\":0,\"start\":2,\"end\":8,\"kind\":\"secret\"}],\"flags\":[{\"sentence\":0,\"flag\":\"check the number\"}]}");
	asks(NARU_QUERY, "{\"question\":5,\"now\":null}", "{}");
	asks(NARU_QUERY, "{", "{\"error\":\"the request is not JSON\"}");
	asks(NARU_QUERY, "", "{\"error\":\"the request is not JSON\"}");
	asks(9, "{}", "{\"error\":\"this plugin does nothing at this hook\"}");
	naru_test_end();
}

static void responses(void) {
	naru_query_response r = {0};
	naru_filter(&r, (naru_condition){.field = "modified", .from = NARU("2020"), .before = NARU("2021")});
	naru_boost(&r, naru_is("document", NARU("d")), 1.5);
	naru_boost(&r, naru_is("document", NARU("e")), .1);
	same("filters", naru_added(&r.filters), NARU("{\"field\":\"modified\",\"from\":\"2020\",\"before\":\"2021\"}"));
	same("boosts", naru_added(&r.boosts),
		NARU("{\"when\":{\"field\":\"document\",\"any\":[\"d\"]},\"factor\":15e-1},{\"when\":{\"field\":\"document\",\"any\":[\"e\"]},\"factor\":1e-1}"));
	naru_test_end();
}

int main(void) {
	texts();
	reading();
	numbers();
	any_bytes();
	example();
	responses();
	printf(failures ? "%d failed\n" : "all passed\n", failures);
	return failures != 0;
}
