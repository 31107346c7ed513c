"""Writes conditions.json: which points match a filter in Qdrant's engine.

Run it with qdrant-edge-py 0.9.0 installed: python3 edge.py. No field has an
index. Filters are in the JSON form of the message qdrant.Filter; "want" are the
numbers of the points that match, counted from 1, which are their ids too, but
for points with a "uuid"; "2 5-7" are four. A filter without "want" is refused.
Match.boolean is missing: the Python binding makes an integer of it.
"""

import json
import os
import random
import shutil
import tempfile

from qdrant_edge import (
    Distance, EdgeConfig, EdgeShard, EdgeVectorParams, FieldCondition, Filter, GeoBoundingBox, GeoPoint, GeoPolygon,
    GeoRadius, HasIdCondition, HasVectorCondition, IsEmptyCondition, IsNullCondition, MatchAny, MatchExcept, MatchPhrase,
    MatchText, MatchTextAny, MatchValue, MinShould, NestedCondition, Point, RangeDateTime, RangeFloat, ScrollRequest,
    UpdateOperation, ValuesCount,
)

draw = random.Random(7)

# What k is in the points, one point each; two more have no k.
VALUES = [
    None, [], [None], [None, 1], 1, 2, -3, 2.0, 2.5, 1e300, 9007199254740993, -9223372036854775808, 18446744073709551615,
    "a", "b", "", "1", "A", [1, 2], [1, "a"], ["a", "b", "a"], [[1]], [[]], [[None]], ["a", ["b"]], True, False, [True, False],
    {}, {"k": 1}, [{"k": 1}], {"lat": 1, "lon": 2}, 0, -0.0, 0.5, [0.5, "x", None],
    "The quick brown Fox", "fox-trot, quick!", ["the quick", "brown fox"], "naïve CAFÉ", "ΟΔΟΣ", "İstanbul", "東京都 x", "a b a b c",
    "2020-01-02T03:04:05Z", "2020-01-02", ["2019-12-31 23:59:59.999999", "nonsense"], "2020-01-02T03:04:05+01:00", "2020-01-02 03:04",
    "2020-01-02T03:04:05.0000015Z", "1969-12-31T23:59:59.5Z", 1577934245,
]

# What g is: places, and what is no place.
PLACES = [
    {"lat": 0, "lon": 0}, {"lat": 0, "lon": 180}, {"lat": 0, "lon": -180}, {"lat": 90, "lon": 0}, {"lat": -90, "lon": 77},
    {"lat": 52.52, "lon": 13.4}, {"lat": 48.85, "lon": 2.35}, {"lat": 1, "lon": 1}, {"lat": 0.5, "lon": 0.5}, {"lat": 2.5, "lon": 2.5},
    {"lat": 5, "lon": 5}, {"lat": 3, "lon": 3}, {"lat": 10, "lon": 5}, {"lat": 10, "lon": 10}, {"lat": 4, "lon": 5}, {"lat": 2, "lon": 4},
    {"lat": -17, "lon": 179.5}, {"lat": -17, "lon": -179.5}, {"lat": 95, "lon": 0}, {"lat": 5, "lon": 190}, {"lat": 5, "lon": 365},
    {"lat": "1", "lon": 1}, {"lat": 1}, {"lon": 1}, {}, None, [], 5, "0,0", [1, 1], [[{"lat": 0, "lon": 0}]],
    [{"lat": 52.52, "lon": 13.4}, {"lat": 1, "lon": 1}], [None, {"lat": 5, "lon": 5}], {"lat": 1, "lon": 1, "more": "x"},
    {"lat": None, "lon": 1}, {"lat": 8, "lon": 5}, {"lat": 6.18, "lon": 5},
]

# What a is: objects in arrays, and what is like them.
OBJECTS = [
    [{"b": 1, "c": "x"}, {"b": 2, "c": "y"}], [{"b": 1, "c": "y"}], {"b": 1, "c": "x"}, [], [5, "x"], [None], [[{"b": 1}]], None,
    [{"b": [1, 2]}, {"c": None}], [{"b": None}, {"b": 3}], [{"b": []}, {}], [{}], [{"b": [None]}],
    [{"b": 2, "d": [{"e": 1, "f": 2}, {"e": 2, "f": 1}]}], [{"b": 1, "d": [{"e": 1, "f": 1}]}, {"b": 2, "d": []}],
    [{"d": {"e": 1}}], [{"b": 1}, 7, {"c": "x"}], [{"b": {"c": "x"}}], [{"d": [{"e": [1, 2]}, {"f": None}]}],
]


def points():
    of = [{"payload": {"k": v}} for v in VALUES] + [{"payload": {}}, {"payload": {"other": 1}}]
    of += [{"payload": {"g": v}} for v in PLACES] + [{"payload": {"a": v}} for v in OBJECTS]
    of += [{"payload": {"k": "a", "a": OBJECTS[0], "g": PLACES[0]}, "vectors": ["v"]}, {"payload": {}, "vectors": ["v", "w"]}]
    of += [{"payload": {"k": 1}, "vectors": ["w"], "uuid": f"00000000-0000-0000-0000-00000000000{i}"} for i in range(2)]
    return of


def field(key, **test):
    return {"field": {"key": key, **test}}


def match(key, **value):
    return field(key, match=value)


def must(*conditions):
    return {"must": list(conditions)}


def line(*points):
    return {"points": [{"lat": lat, "lon": lon} for lat, lon in points]}


SQUARE = [(0, 0), (0, 10), (10, 10), (10, 0), (0, 0)]
HOLE = [(2, 2), (2, 8), (6, 8), (6, 2), (2, 2)]
STAR = [(10, 5), (0, 2), (6.18, 10), (6.18, 0), (0, 8), (10, 5)]
FLAT = [(0, 0), (1, 1), (3, 3), (0, 0)]

MATCHES = [
    *({"keyword": w} for w in ["a", "", "1", "2020-01-02", "zz"]), *({"integer": n} for n in [1, 2, 0, 9007199254740993, -9223372036854775808]),
    {"keywords": {"strings": ["a", "zz", "b"]}}, {"keywords": {"strings": []}},
    {"keywords": {"strings": [str(i) for i in range(30)] + ["b"]}}, {"integers": {"integers": [1, -3, 2, 2]}}, {"integers": {"integers": []}},
    {"integers": {"integers": list(range(-20, 20))}},
    {"except_keywords": {"strings": ["a", "b"]}}, {"except_keywords": {"strings": []}}, {"except_integers": {"integers": [1, 2]}},
    {"except_integers": {"integers": []}}, {"except_integers": {"integers": list(range(30))}},
    *({kind: words} for kind in ["text", "text_any", "phrase"] for words in [
        "quick", "QUICK fox", "fox quick", "quick brown", "brown fox", "qui", "", "...", "a", "b a b", "café", "cafe", "οδος", "οδοσ",
        "istanbul", "東京", "東京都", "the zebra", "trot-quick", "b c a"]),
]

NUMBERS = [None, -3, 0, 0.5, 1, 2, 2.5, 9007199254740992, 1e300]
RANGES = [{}, {"lt": "NaN"}, {"gt": "NaN"}, {"gte": "NaN", "lt": 3}, {"lte": "NaN", "gt": 1}, {"gt": 2, "lt": 1}]
RANGES += [{end: x} for end in ["lt", "gt", "lte", "gte"] for x in NUMBERS[1:]]
RANGES += [{"gt": 0, "lte": 2}, {"gte": 0, "lt": 2, "lte": 1}, {"gte": 2, "lte": 2}]

DATES = ["2020-01-02T03:04:05Z", "2020-01-02T00:00:00Z", "2019-12-31T23:59:59.999999Z", "1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z"]
DATE_RANGES = [{}] + [{end: x} for end in ["lt", "gt", "lte", "gte"] for x in DATES] + [{"gte": DATES[1], "lte": DATES[0]}]

COUNTS = [{}] + [{end: n} for end in ["lt", "gt", "lte", "gte"] for n in [0, 1, 2]] + [{"gte": 1, "lte": 2}, {"gt": 1, "lt": 1}]

AREAS = [
    *({"geo_radius": {"center": {"lat": lat, "lon": lon}, "radius": r}} for lat, lon, r in [
        (0, 0, 1), (0, 0, 0), (0, 0, -1), (0, 0, 160000), (0, 0, 1e9), (52.5, 13.4, 3000), (52.5, 13.4, 2000), (0, 179.9, 20000),
        (-17, 180, 60000), (89, 180, 120000), (89, 180, 111000), (85, 180, 10), (5, 5, 10)]),
    *({"geo_bounding_box": {"top_left": {"lat": n, "lon": w}, "bottom_right": {"lat": s, "lon": e}}} for n, w, s, e in [
        (10, 0, 0, 10), (10, -1, -1, 10), (90, -180, -90, 180), (0, 170, -20, -170), (10, 170, -20, -170), (1, 1, 1, 1), (0, 0, 10, 10), (5, 10, 0, 0)]),
    {"geo_polygon": {"exterior": line(*SQUARE)}}, {"geo_polygon": {"exterior": line(*SQUARE[::-1])}},
    {"geo_polygon": {"exterior": line(*SQUARE), "interiors": [line(*HOLE)]}},
    {"geo_polygon": {"exterior": line(*SQUARE), "interiors": [line(*HOLE), line(*[(y + 6, x) for y, x in HOLE])]}},
    {"geo_polygon": {"exterior": line(*STAR)}}, {"geo_polygon": {"exterior": line(*FLAT)}}, {"geo_polygon": {"exterior": line(*[(1, 1)] * 4)}},
    {"geo_polygon": {"exterior": line((0, 0), (0.1, 0.1), (0.3, 0.9), (1, 1), (0, 0))}},
    {"geo_polygon": {"exterior": line((0, 0), (0, 180), (90, 180), (90, -180), (0, -180), (0, 0))}},
]

REFUSED = [
    must(field("g", geo_polygon={"exterior": line(*SQUARE[:3])})), must(field("g", geo_polygon={"exterior": line(*SQUARE[:4])})),
    must(field("g", geo_polygon={"exterior": line(*SQUARE), "interiors": [line(*HOLE[:3])]})), must(match("a..b", keyword="x")),
    must(field("g", geo_radius={"center": {"lat": 91, "lon": 0}, "radius": 1})), must(field("g", geo_radius={"center": {"lat": 0, "lon": -181}, "radius": 1})),
    must({"is_empty": {"key": ""}}), must({"nested": {"key": "[]", "filter": {}}}),
]

PATHS = ["k", "k[]", "k[0]", "k[1]", "k[][]", "k.k", "k[].k", "missing", "a.b", "a[].b", "a[0].b", "a[].b[]", "a[].d[].e", "a[].d.e", "a", "a[]", "g", '"k"']


def single():
    """Filters of one condition."""
    for path in PATHS:
        yield {"is_empty": {"key": path}}
        yield {"is_null": {"key": path}}
        for wanted in (True, False):
            yield field(path, is_empty=wanted)
            yield field(path, is_null=wanted)
        for count in COUNTS if path in ("k", "a[].b") else COUNTS[:1] + draw.sample(COUNTS, 3):
            yield field(path, values_count=count)
        for value in MATCHES if path == "k" else draw.sample(MATCHES, 8):
            yield match(path, **value)
        for bounds in RANGES if path == "k" else draw.sample(RANGES, 4):
            yield field(path, range=bounds)
        for bounds in DATE_RANGES if path == "k" else draw.sample(DATE_RANGES, 2):
            yield field(path, datetime_range=bounds)
    for path in ["g", "g[]", "g[0]", "g[1]"]:
        for area in AREAS if path == "g" else draw.sample(AREAS, 6):
            yield field(path, **area)
    yield {"has_id": {"has_id": []}}
    yield {"has_id": {"has_id": [{"num": 3}, {"num": 900}, {"uuid": "00000000-0000-0000-0000-000000000001"}, {"num": 3}]}}
    for name in ["v", "w", "no such vector"]:
        yield {"has_vector": {"has_vector": name}}


def of_element():
    """A condition about an element of a."""
    key = draw.choice(["b", "c", "d", "d[].e", "d.e", "b[]", "missing"])
    return draw.choice([
        lambda: match(key, **draw.choice([{"integer": 1}, {"integer": 2}, {"keyword": "x"}, {"integers": {"integers": [2, 3]}}, {"except_integers": {"integers": [1]}}])),
        lambda: field(key, range={"gte": draw.choice([1, 2])}), lambda: {"is_empty": {"key": key}}, lambda: {"is_null": {"key": key}},
        lambda: field(key, values_count={"gte": draw.choice([0, 1, 2])}), lambda: field(key, is_null=draw.choice([True, False])),
        lambda: nested("d", tree(of_d, 1)), lambda: {"has_id": {"has_id": [{"num": n} for n in range(92, 98)]}}, lambda: {"has_vector": {"has_vector": "v"}},
    ])()


def of_d():
    return match(draw.choice(["e", "f"]), integer=draw.choice([1, 2]))


def nested(key, of):
    return {"nested": {"key": key, "filter": of}}


def of_point():
    return draw.choice([
        lambda: match("k", **draw.choice(MATCHES)), lambda: field("k", range=draw.choice(RANGES)), lambda: {"is_empty": {"key": draw.choice(["k", "a", "g"])}},
        lambda: field("g", **draw.choice(AREAS)), lambda: nested("a", tree(of_element, 1)), lambda: {"has_id": {"has_id": [{"num": n} for n in draw.sample(range(1, 120), 12)]}},
        lambda: {"is_null": {"key": "k"}}, lambda: match("a[].b", integer=1), lambda: {"has_vector": {"has_vector": "w"}},
    ])()


def tree(condition, depth):
    """A random filter with filters in it."""
    def some(low, high):
        return [{"filter": tree(condition, depth - 1)} if depth > 0 and draw.random() < 0.3 else condition() for _ in range(draw.randint(low, high))]
    out = {}
    if draw.random() < 0.5:
        out["must"] = some(1, 2)
    if draw.random() < 0.4:
        out["should"] = some(1, 3)
    if draw.random() < 0.4:
        out["must_not"] = some(1, 2)
    if draw.random() < 0.3:
        conditions = some(1, 4)
        out["min_should"] = {"conditions": conditions, "min_count": draw.randint(1, len(conditions) + draw.randint(0, 1))}
    return out or must(condition())


def combined():
    """Filters of more than one condition or test."""
    yield {}
    for key in ["a", "a[]", "k", "a[0]", "a[].d", "missing", "g"]:
        yield must(nested(key, {}))
        yield must(nested(key, must(match("b", integer=1), match("c", keyword="x"))))
        yield must(nested(key, {"must_not": [match("b", integer=1)]}))
        yield must(nested(key, {"must_not": [{"has_id": {"has_id": [{"num": n} for n in range(92, 98)]}}]}))
    for tests in [
        {"match": {"integer": 1}, "range": {"gte": 2}}, {"match": {"keyword": "a"}, "is_null": True}, {"match": {"integer": 1}, "values_count": {"gte": 2}},
        {"is_empty": False, "is_null": True}, {"is_empty": True, "is_null": False}, {"values_count": {"lt": 1}, "is_empty": False},
        {"range": {"lt": 2}, "is_empty": False, "match": {"keyword": "b"}}, {"match": {"text": "quick"}, "range": {"gt": 2}},
    ]:
        yield must(field("k", **tests))
        yield must(field("k[]", **tests))
    yield must(field("g", geo_bounding_box=AREAS[13]["geo_bounding_box"], geo_radius=AREAS[5]["geo_radius"]))
    for _ in range(150):
        yield tree(of_point, 3)
    for _ in range(100):
        yield must(nested("a", tree(of_element, 2)))


def geo_point(of):
    return GeoPoint(of["lon"], of["lat"])


def edge_match(of):
    (kind, value), = of.items()
    if kind in ("keyword", "integer"):
        return MatchValue(value)
    if kind in ("keywords", "integers"):
        return MatchAny(next(iter(value.values())))
    if kind.startswith("except_"):
        return MatchExcept(next(iter(value.values())))
    return {"text": MatchText, "text_any": MatchTextAny, "phrase": MatchPhrase}[kind](value)


def edge_field(of):
    tests = dict(of)
    if "match" in of:
        tests["match"] = edge_match(of["match"])
    if "range" in of:
        tests["range"] = RangeFloat(**{end: float(x) for end, x in of["range"].items()})
    if "datetime_range" in of:
        tests["range"] = RangeDateTime(**tests.pop("datetime_range"))
    if "values_count" in of:
        tests["values_count"] = ValuesCount(**of["values_count"])
    if "geo_radius" in of:
        tests["geo_radius"] = GeoRadius(geo_point(of["geo_radius"]["center"]), of["geo_radius"]["radius"])
    if "geo_bounding_box" in of:
        tests["geo_bounding_box"] = GeoBoundingBox(geo_point(of["geo_bounding_box"]["top_left"]), geo_point(of["geo_bounding_box"]["bottom_right"]))
    if "geo_polygon" in of:
        rings = [of["geo_polygon"]["exterior"], *of["geo_polygon"].get("interiors", [])]
        rings = [[geo_point(p) for p in ring["points"]] for ring in rings]
        tests["geo_polygon"] = GeoPolygon(rings[0], rings[1:])
    return FieldCondition(**tests)


def edge_condition(of):
    (kind, value), = of.items()
    if kind == "field":
        return edge_field(value)
    if kind == "filter":
        return edge_filter(value)
    if kind == "nested":
        return NestedCondition(value["key"], edge_filter(value["filter"]))
    if kind == "has_id":
        return HasIdCondition({p.get("num", p.get("uuid")) for p in value["has_id"]})
    if kind == "has_vector":
        return HasVectorCondition(value["has_vector"])
    return {"is_empty": IsEmptyCondition, "is_null": IsNullCondition}[kind](value["key"])


def edge_filter(of):
    parts = {name: [edge_condition(c) for c in of[name]] for name in ("must", "should", "must_not") if of.get(name)}
    if "min_should" in of:
        parts["min_should"] = MinShould([edge_condition(c) for c in of["min_should"]["conditions"]], of["min_should"]["min_count"])
    return Filter(**parts)


def ranges(numbers):
    """The numbers, those in a row as first-last."""
    out = []
    for n in sorted(numbers):
        if out and out[-1][1] == n - 1:
            out[-1][1] = n
        else:
            out.append([n, n])
    return " ".join(str(a) if a == b else f"{a}-{b}" for a, b in out)


def main():
    folder = tempfile.mkdtemp()
    shard = EdgeShard.create(folder, EdgeConfig(vectors={name: EdgeVectorParams(size=1, distance=Distance.Dot) for name in ("v", "w")}))
    of = points()
    ids = [p.get("uuid", i + 1) for i, p in enumerate(of)]
    shard.update(UpdateOperation.upsert_points([
        Point(i, {name: [1.0] for name in p.get("vectors", [])}, p["payload"]) for i, p in zip(ids, of)]))
    numbers = {str(i): n + 1 for n, i in enumerate(ids)}
    rows = []
    for f in [must(c) for c in single()] + list(combined()):
        found, _ = shard.scroll(ScrollRequest(limit=len(of), filter=edge_filter(f), with_payload=False))
        rows.append({"filter": f, "want": ranges(numbers[str(record.id)] for record in found)})
    for f in REFUSED:
        try:
            edge_filter(f)
            print("taken:", f)
        except ValueError:
            rows.append({"filter": f})
    shard.close()
    shutil.rmtree(folder)
    unique = list(dict.fromkeys(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows))
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "conditions.json"), "w", encoding="utf-8") as out:
        out.write('{"points":[\n' + ",\n".join(json.dumps(p, ensure_ascii=False, separators=(",", ":")) for p in of))
        out.write('\n],"rows":[\n' + ",\n".join(unique) + "\n]}\n")
    print(len(of), "points,", len(unique), "filters")


if __name__ == "__main__":
    main()
