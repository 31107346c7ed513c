"""Random payloads: every JSON type, nulls, nested arrays, unicode, and typed fields.

Floats are short: edge keeps them as decimal text and reads long ones back one unit off.

Fields come in two sorts. Typed fields hold one type only, so they may be indexed without
changing what a filter sees. Mixed fields hold anything, and are never indexed.
"""

import random
from typing import Any

WORDS = ["red", "Red", "apple", "green apple", "été", "日本 語", "", "x", "5", "a-b_c", "naïve café", "RED apple pie", "null"]
NUMBERS = [0, 1, 2, 3, 5, 7, -1, -4, 10, 100, 10**12, 0.0, 1.0, 2.5, 5.0, -0.5, 1e-3, 99.5, 1e15]
DATES = [
    "2021-01-01T00:00:00Z", "2021-01-01T00:00:00+01:00", "2021-01-01T01:00:00+0100", "2021-01-01 00:00:00",
    "2021-01-01T00:00", "2021-01-01", "2021-06-15T12:30:45.123456Z", "2022-02-28T23:59:59.5Z", "1999-12-31",
    "2021-01-01T00:00:00.000001Z", "2030-05-05T05:05:05-08:00",
]
NOT_DATES = ["2021-01", "2021", "1609459200", "yesterday", "2021-02-30", ""]
PLACES = [(0.0, 0.0), (13.4, 52.5), (13.5, 52.4), (2.35, 48.85), (179.9, 10.0), (-179.9, 10.0), (-74.0, 40.7), (0.001, 0.0)]

# Path, and the PayloadSchemaType that may index it.
INDEXABLE = {
    "i": "integer", "f": "float", "k": "keyword", "b": "bool", "d": "datetime", "g": "geo",
    "is": "integer", "ks": "keyword", "o.n": "integer", "items[].n": "integer", "items[].t": "keyword",
}
# Of these an order_by may be asked once the index exists.
ORDERABLE = ["i", "f", "d", "o.n"]


def place(r: random.Random) -> dict[str, Any]:
    lon, lat = r.choice(PLACES)
    point = {"lon": lon, "lat": lat}
    if r.random() < 0.1:
        point["name"] = "x"
    return point


def item(r: random.Random) -> dict[str, Any]:
    out: dict[str, Any] = {}
    if r.random() < 0.8:
        out["n"] = r.randrange(4)
    if r.random() < 0.8:
        out["t"] = r.choice(WORDS[:4])
    if r.random() < 0.2:
        out["z"] = None
    if r.random() < 0.3:
        out["in"] = [{"x": r.randrange(3)} for _ in range(r.randrange(3))]
    if r.random() < 0.2:
        out["l"] = [r.randrange(3) for _ in range(r.randrange(3))]
    return out


def anything(r: random.Random, depth: int = 0) -> Any:
    kind = r.randrange(11 if depth < 3 else 7)
    if kind == 0:
        return None
    if kind == 1:
        return r.random() < 0.5
    if kind in (2, 3):
        return r.choice(NUMBERS)
    if kind == 4:
        return r.choice(WORDS)
    if kind == 5:
        return r.choice(DATES + NOT_DATES)
    if kind == 6:
        return [] if r.random() < 0.7 else {}
    if kind == 7:
        return place(r) if r.random() < 0.8 else {"lon": "1", "lat": 2.0}
    if kind == 8:
        return {k: anything(r, depth + 1) for k in r.sample(["a", "b", "lon", "n", "ключ"], r.randrange(1, 4))}
    return [anything(r, depth + 1) for _ in range(r.randrange(4))]


def payload(r: random.Random) -> dict[str, Any]:
    makers = {
        "i": lambda: r.randrange(-3, 12),
        "f": lambda: r.choice([0.5, 1.5, -2.25, 3.0, 100.125, round(r.random(), 4)]),
        "k": lambda: r.choice(WORDS),
        "b": lambda: r.random() < 0.5,
        "d": lambda: r.choice(DATES),
        "g": lambda: place(r),
        "is": lambda: [r.randrange(6) for _ in range(r.randrange(4))],
        "ks": lambda: [r.choice(WORDS) for _ in range(r.randrange(4))],
        "bs": lambda: [r.random() < 0.5 for _ in range(r.randrange(3))],
        "ds": lambda: [r.choice(DATES + NOT_DATES) for _ in range(r.randrange(3))],
        "gs": lambda: [place(r) for _ in range(r.randrange(3))],
        "o": lambda: {"n": r.randrange(5), "t": r.choice(WORDS), "d": {"e": r.choice([None, 1, [], [1, 2], "x"])}},
        "items": lambda: [item(r) for _ in range(r.randrange(4))],
        "m": lambda: anything(r),
        "m2": lambda: anything(r),
        "ключ": lambda: anything(r),
        "a.b": lambda: r.choice([1, 2, "x", None]),
        "sp ace": lambda: r.choice([1, "x", [1, "x"]]),
        "pos": lambda: r.choice([1, 2, 4, 10, 0.5, 1e6]),
        "one": lambda: [r.randrange(1, 6)],
    }
    chosen = r.sample(list(makers), r.randrange(len(makers) + 1))
    return {key: makers[key]() for key in chosen}
