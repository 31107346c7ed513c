"""Writes edge.json: what Qdrant's engine reads, shows and leaves of payloads.

Run it with qdrant-edge-py 0.9.0 installed: python3 edge.py. "keys" tells which
payload keys the engine takes, "times" the microseconds it reads in a string or
null; "selectors", "merges" and "removes" hold what it makes of "documents".
"""

import json
import os
import random
import shutil
import tempfile

from qdrant_edge import (
    Distance, EdgeConfig, EdgeShard, EdgeVectorParams, FieldCondition, OrderBy,
    PayloadSchemaType, PayloadSelector, Point, ScrollRequest, UpdateOperation,
)

DOCUMENTS = {
    "flat": {"a": 1, "b": [1, 2], "c": None, "d": {"e": {"f": "x"}, "g": []}},
    "objects": {"a": [{"b": 1, "c": 2}, {"b": 3}, 5, None, [{"b": 9}], {"d": {"b": 1}}], "x": {"y": [{"z": 1}, {"z": [2, 3]}]}},
    "odd": {"a b": 1, "": 2, "a.b": {"c": 3}, "é": 4, "हिंदी": 5, "1": 6, "a": {"b": {"c": 1}}},
    "nested": {"a": [[{"b": 1}], [{"b": 2}, {"c": 3}]], "b": [[1, 2], [3]], "s": "t"},
}

KEYS = [
    "a", "b", "a.b", "a[].b", "a[0].b", "a[]", "a[0]", "a[4][].b", "a[][].b", "a[][]", "d.e", "d.e.f", "d", "d.g",
    "d.g[]", "x.y[].z", "x.y.z", "x.y", "x", "c", "zz", "a.b.c", '"a b"', '""', '"a.b".c', '"a.b"', "é", "हिंदी", "1",
    "b[]", "b[0]", "b[][]", "s", "s.t", "s[]", "a[5].d.b", "a[].d", '"a"."b"', '"s"',
]

ODD_KEYS = [
    "", "a.", "a b", ".a", "a[", "a]", "a[x]", "a[-1]", "a[0]b", '"a', '"a\\""', "a..b", "[0]", "a.[0]", 'a"b"', "a[ ]",
    "*", "a[99999999999999999999]", "a[007]", "$", "a/b", "हिन्दी", "²", "Ⅷ", "a\u0301", "ⓐ", "_-", "a[][0].b", '"a"b', '"a"[0]',
    'a."b"[]', "a[+1]", "a[]]", '"\u00e9 "', "\ufffd",
]

SELECTORS = [[key] for key in KEYS] + [
    ["a[].b", "a[].c"], ["d", "d.e"], ["d.e", "d"], ["a", "b"], [], ["a[].b", "x.y[].z"], ["d.e.f", "d.g"],
]

PATCHES = [{"n": 1}, {"b": None}, {"b": {"q": 1}, "new": None}, {}]

TIMES = [
    "2020-01-02T03:04:05Z", "2020-01-02 03:04:05Z", "2020-01-02t03:04:05z", "2020-01-02T03:04:05.123456789Z",
    "2020-01-02T03:04:05+01:00", "2020-01-02T03:04:05-0130", "2020-01-02T03:04:05+01", "2020-01-02T03:04:05",
    "2020-01-02 03:04:05.5", "2020-01-02T03:04", "2020-01-02 03:04", "2020-01-02", "2020-1-2", "2020-01-02 03:04:05 UTC",
    "2020-01-02 03:04:05.25 +01:00", "+2020-01-02T03:04:05Z", "-0001-01-02T03:04:05Z", "+12020-01-02T03:04:05Z",
    "2016-12-31T23:59:60Z", "2020-02-30", "2020-02-29", "2021-02-29T00:00:00Z", "2020-01-0203:04:05Z", "2020-01-02T03:04:05.Z",
    "2020-01-02T03:04:05,5Z", "2020-01-02T24:00:00Z", "2020-01-02T03:04:05\u221201:00", "20200102", "2020-01-02T03:04:05Z ",
    " 2020-01-02", "2020-01-02 ", "2020 - 01 - 02 03 : 04 : 05 Z", "2020-01-02T03:04:05+23:59", "2020-01-02T03:04:05+24:00",
    "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "+262142-12-31T00:00:00Z", "+262143-01-01T00:00:00Z",
    "-262143-01-02T00:00:00Z", "-262144-12-31T00:00:00Z", "1969-12-31T23:59:59.9999995Z", "2020-01-02T03:04:60Z",
    "2020-01-02T03:04:61Z", "2020-01-02T3:4:5Z", "+-01-01", "+02020-01-02", "1577934245", "2020-01-02T03:04:05+1:00",
    "2020-01-02T03:04:05+01:0", "2020-01-02T03:04:05 + 01:00", "2020-01-02T03:04:05 +01 00", "Jan 2 2020", "", "Z", "2020",
    "2020-01", "2020-01-02T03:04Z", "2020-01-02\u00a003:04:05Z", "2020-01-02T03:04:05.1234567891234Z", "2020-00-02", "2020-13-02",
    "2020-01-00", "2020-01-32", "2020-01-02T03:60:00Z", "2020-01-02T03:04:05+00:60", "2020-01-02T03:04:05utc",
]


class Engine:
    def __init__(self):
        self.folder = tempfile.mkdtemp()
        self.shard = EdgeShard.create(self.folder, EdgeConfig(vectors={"d": EdgeVectorParams(size=1, distance=Distance.Dot)}))
        self.points = 0

    def put(self, payload):
        self.points += 1
        self.update(UpdateOperation.upsert_points([Point(self.points, {"d": [1.0]}, payload)]))
        return self.points

    def update(self, operation):
        self.shard.update(operation)

    def get(self, point, selector=True):
        return self.shard.retrieve([point], with_payload=selector, with_vector=False)[0].payload

    def close(self):
        self.shard.close()
        shutil.rmtree(self.folder)


def takes(key):
    try:
        FieldCondition(key=key, is_null=True)
        return True
    except ValueError:
        return False


def mutations(n):
    """Strings near those of TIMES, many of them no times."""
    draw = random.Random(1)
    found = []
    while len(found) < n:
        text = list(draw.choice(TIMES))
        for _ in range(draw.choice([1, 1, 2])):
            at = draw.randrange(len(text) + 1)
            text[at:at + draw.randrange(2)] = draw.choice(["", *"0123456789-+:TtZz. "])
        found.append("".join(text))
    return found


def times(engine):
    texts = list(dict.fromkeys(TIMES + mutations(600)))
    engine.update(UpdateOperation.create_field_index("t", PayloadSchemaType.Datetime))
    of = {engine.put({"t": text}): text for text in texts}
    found, _ = engine.shard.scroll(ScrollRequest(limit=len(texts), order_by=OrderBy("t")))
    values = {of[record.id]: record.order_value for record in found}
    return [[text, values.get(text)] for text in texts]


def selectors(engine):
    for name, payload in DOCUMENTS.items():
        point = engine.put(payload)
        for fields in SELECTORS:
            yield {"document": name, "include": fields, "want": engine.get(point, PayloadSelector.Include(fields))}
            yield {"document": name, "exclude": fields, "want": engine.get(point, PayloadSelector.Exclude(fields))}


def merges(engine):
    for name, payload in DOCUMENTS.items():
        for key in [None, *KEYS]:
            for patch in PATCHES:
                point = engine.put(payload)
                engine.update(UpdateOperation.set_payload([point], patch, *([] if key is None else [key])))
                yield {"document": name, "patch": patch, "key": key or "", "want": engine.get(point)}


def removes(engine):
    for name, payload in DOCUMENTS.items():
        for keys in SELECTORS:
            point = engine.put(payload)
            engine.update(UpdateOperation.delete_payload([point], keys))
            yield {"document": name, "keys": keys, "want": engine.get(point)}


def main():
    engine = Engine()
    tables = {
        "documents": DOCUMENTS,
        "keys": [[key, takes(key)] for key in KEYS + ODD_KEYS],
        "times": times(engine),
        "selectors": list(selectors(engine)),
        "merges": list(merges(engine)),
        "removes": list(removes(engine)),
    }
    engine.close()
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "edge.json"), "w", encoding="utf-8") as f:
        f.write("{\n")
        for i, (name, table) in enumerate(tables.items()):
            rows = table if isinstance(table, list) else [table]
            text = ",\n".join(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)
            f.write(f'"{name}": ' + (f"[\n{text}\n]" if isinstance(table, list) else text) + (",\n" if i < len(tables) - 1 else "\n"))
        f.write("}\n")


if __name__ == "__main__":
    main()
