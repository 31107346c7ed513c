"""Trains a WordPiece vocabulary on the texts it is given and prints it with
their ids, as PyPI's tokenizers 0.23 has them, for wordpiece_reference_test.go.

In: JSON {"texts": [...], "lowercase": bool, "strip_accents": bool}
Out: JSON {"vocabulary": [...], "ids": [[...], ...]}, null for the ids of a text
with characters that are punctuation, marks or format characters to one version
of Unicode and not to another.
"""
import json
import sys
import unicodedata

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers



def unstable(character):
    now = unicodedata.category(character)
    before = unicodedata.ucd_3_2_0.category(character)
    return now == "Cn" or now != before and (now[0] in "PMC" or before[0] in "PM")


asked = json.load(sys.stdin)
tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
tokenizer.normalizer = normalizers.BertNormalizer(
    clean_text=True, handle_chinese_chars=True,
    strip_accents=asked["strip_accents"], lowercase=asked["lowercase"])
tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
trainer = trainers.WordPieceTrainer(
    vocab_size=8000, limit_alphabet=3000, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]"], show_progress=False)
tokenizer.train_from_iterator(asked["texts"][:1500], trainer)
vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
# Trained specials would be cut out of texts; the model's own view of a text has none.
plain = Tokenizer(models.WordPiece(dict(vocabulary), unk_token="[UNK]", max_input_chars_per_word=100))
plain.normalizer = tokenizer.normalizer
plain.pre_tokenizer = tokenizer.pre_tokenizer
json.dump({"vocabulary": [piece for piece, _ in vocabulary],
           "ids": [None if any(map(unstable, text)) else plain.encode(text).ids
                   for text in asked["texts"]]}, sys.stdout)
