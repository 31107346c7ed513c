"""Random filters: every condition, nested to a small depth, over the fields of payloads.py."""

import random
from datetime import datetime, timedelta, timezone
from typing import Any, Callable

from qdrant_client.http import models as m

from payloads import NUMBERS, PLACES, WORDS

# Any path may be asked for any condition; these are paths that find something often.
PATHS = [
    "i", "f", "k", "b", "d", "g", "is", "ks", "bs", "ds", "gs", "o", "o.n", "o.t", "o.d.e", "items", "items[].n",
    "items[].t", "items[].z", "items[].in[].x", "items[0].n", "items[].l", "items[].l[]", "items[1]", "m", "m[]",
    "m.a", "m[].a", "m[0]", "m[][]", "m2", "m2.n", "m2[].b", "ключ", '"a.b"', '"sp ace"', "pos", "one", "one[0]",
    "absent", "absent[].x", '"i"', "is[]", "ks[0]", "m.lon", "m.ключ",
]
# An index answers a range of the other type by its own values: numbers by dates and dates
# by numbers. Such a condition is asked of fields without an index only.
NUMERIC = {"i", "f", "is", "o.n", "items[].n", '"i"', "n"}
INNER = ["n", "t", "z", "in", "in[].x", "l", "l[]", "absent"]
WHEN = datetime(2021, 1, 1, tzinfo=timezone.utc)


def bounds(r: random.Random, value: Callable[[], Any]) -> dict[str, Any]:
    out = {}
    for name in r.sample(["gt", "gte", "lt", "lte"], r.choice([0, 1, 1, 1, 2, 2, 3])):
        out[name] = value()
    return out


def geo_point(r: random.Random) -> m.GeoPoint:
    lon, lat = r.choice(PLACES)
    return m.GeoPoint(lon=lon + r.uniform(-1, 1) * 0.05, lat=lat + r.uniform(-1, 1) * 0.05)


def rectangle(lon: float, lat: float, w: float, h: float) -> m.GeoLineString:
    corners = [(lon, lat), (lon + w, lat), (lon + w, lat + h), (lon, lat + h), (lon, lat)]
    return m.GeoLineString(points=[m.GeoPoint(lon=x, lat=y) for x, y in corners])


def polygon(r: random.Random) -> m.GeoPolygon:
    lon, lat = r.choice([(-10.013, -10.017), (12.9, 51.9), (-80.1, 30.1)])
    side = r.choice([2.03, 20.07, 35.01])
    ring = rectangle(lon, lat, side, side)
    if r.random() < 0.3:  # a triangle
        ring = m.GeoLineString(points=[ring.points[0], ring.points[1], ring.points[3], ring.points[0]])
    holes = [rectangle(lon + side / 4, lat + side / 4, side / 2, side / 2)] if r.random() < 0.4 else None
    return m.GeoPolygon(exterior=ring, interiors=holes)


def match(r: random.Random) -> Any:
    kind = r.randrange(9)
    integer = lambda: r.choice([n for n in NUMBERS if isinstance(n, int)])
    if kind == 0:
        return m.MatchValue(value=r.choice(WORDS))
    if kind == 1:
        return m.MatchValue(value=integer())
    if kind == 2:
        return m.MatchValue(value=r.random() < 0.5)
    if kind == 3:
        return m.MatchAny(any=r.sample(WORDS, r.choice([1, 2, 3])))
    if kind == 4:
        return m.MatchAny(any=[integer() for _ in range(r.choice([1, 2, 3]))])
    if kind == 5:
        return m.MatchExcept(**{"except": r.sample(WORDS, r.choice([1, 2, 13]))})
    if kind == 6:
        return m.MatchExcept(**{"except": [integer() for _ in range(r.choice([1, 2, 3]))]})
    text = r.choice(["apple", "red", "red apple", "APPLE green", "app", "café", "pie red", "日本", "", "!"])
    if kind == 7:
        return r.choice([m.MatchText(text=text), m.MatchPhrase(phrase=text)])
    return m.MatchTextAny(text_any=text)


def field_condition(r: random.Random, paths: list[str]) -> m.FieldCondition:
    key = r.choice(paths)
    kind = r.randrange(12)
    if kind < 4:
        return m.FieldCondition(key=key, match=match(r))
    if kind < 6:
        return m.FieldCondition(key="i" if key == "d" else key, range=m.Range(**bounds(r, lambda: float(r.choice(NUMBERS)))))
    if kind == 6:
        step = lambda: WHEN + timedelta(days=r.choice([-3000, -1, 0, 0, 1, 165, 400]), microseconds=r.choice([0, 0, 1]))
        return m.FieldCondition(key=r.choice(["d", "ds", "d" if key in NUMERIC else key]), range=m.DatetimeRange(**bounds(r, step)))
    if kind == 7:
        # float32 on the wire: take radii it holds exactly.
        radius = float(r.choice([1.0, 200.0, 20000.0, 2e6, 1.5e7]))
        return m.FieldCondition(key=r.choice(["g", "gs", key]), geo_radius=m.GeoRadius(center=geo_point(r), radius=radius))
    if kind == 8:
        a, b = geo_point(r), geo_point(r)
        top, bottom = max(a.lat, b.lat) + 1, min(a.lat, b.lat) - 1
        box = m.GeoBoundingBox(top_left=m.GeoPoint(lon=a.lon, lat=top), bottom_right=m.GeoPoint(lon=b.lon, lat=bottom))
        return m.FieldCondition(key=r.choice(["g", "gs", key]), geo_bounding_box=box)
    if kind == 9:
        return m.FieldCondition(key=r.choice(["g", "gs", key]), geo_polygon=polygon(r))
    if kind == 10:
        return m.FieldCondition(key=key, values_count=m.ValuesCount(**bounds(r, lambda: r.randrange(4))))
    flag = r.random() < 0.5
    return m.FieldCondition(key=key, **{r.choice(["is_empty", "is_null"]): flag})


def condition(r: random.Random, depth: int, ids: list[Any], vectors: list[str], paths: list[str]) -> Any:
    kind = r.randrange(14)
    if kind < 8 or depth <= 0:
        return field_condition(r, paths)
    if kind == 8:
        return m.IsEmptyCondition(is_empty=m.PayloadField(key=r.choice(paths)))
    if kind == 9:
        return m.IsNullCondition(is_null=m.PayloadField(key=r.choice(paths)))
    if kind == 10:
        missing = [999999, "ffffffff-ffff-4fff-bfff-ffffffffffff"]
        return m.HasIdCondition(has_id=r.sample(ids + missing, min(len(ids), r.choice([0, 1, 5, 40]))))
    if kind == 11:
        return m.HasVectorCondition(has_vector=r.choice(vectors + ["absent"]))
    if kind == 12:
        inner = some_filter(r, depth - 1, ids, vectors, INNER)
        return m.NestedCondition(nested=m.Nested(key=r.choice(["items", "items[]", "o", "m", "gs", "m2", "absent"]), filter=inner))
    return some_filter(r, depth - 1, ids, vectors, paths)


def some_filter(r: random.Random, depth: int, ids: list[Any], vectors: list[str], paths: list[str] = PATHS) -> m.Filter:
    conditions = lambda most: [condition(r, depth, ids, vectors, paths) for _ in range(r.randrange(1, most + 1))]
    clauses: dict[str, Any] = {}
    for clause in r.sample(["must", "should", "must_not", "min_should"], r.choice([0, 1, 1, 1, 1, 2, 2, 3])):
        if clause == "min_should":
            listed = conditions(4)
            clauses[clause] = m.MinShould(conditions=listed, min_count=r.randrange(1, len(listed) + 1))
        else:
            clauses[clause] = conditions(2)
    return m.Filter(**clauses)
