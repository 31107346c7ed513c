"""Writes edge.json: formulas, points, and the score that Qdrant's engine gives.

Run it with qdrant-edge-py 0.9.0 installed: python3 edge.py. Formulas are in the
JSON form of the message qdrant.Expression. The score of a prefetch is a vector
of one dimension compared by dot product; null is a point that it did not find.
A row without "want" is refused: when the formula is read ("compile") or when
the point is scored ("score").
"""

import json
import math
import random
import shutil
import struct
import sys
import tempfile

from qdrant_edge import (
    DecayKind, Distance, EdgeConfig, EdgeShard, EdgeVectorParams, Expression,
    FieldCondition, Filter, Formula, GeoPoint, HasIdCondition, HasVectorCondition,
    IsEmptyCondition, MatchValue, NestedCondition, Point, Prefetch, Query,
    QueryRequest, RangeFloat, UpdateOperation,
)

PREFETCHES = 3


def num(x):
    return {"constant": x}


def var(name):
    return {"variable": name}


def mult(*of):
    return {"mult": {"mult": list(of)}}


def add(*of):
    return {"sum": {"sum": list(of)}}


def div(left, right, **by_zero):
    return {"div": {"left": left, "right": right, **by_zero}}


def power(base, exponent):
    return {"pow": {"base": base, "exponent": exponent}}


def geo(lat, lon, to):
    return {"geoDistance": {"origin": {"lat": lat, "lon": lon}, "to": to}}


def date(text):
    return {"datetime": text}


def date_of(key):
    return {"datetimeKey": key}


def decay(kind, x, **rest):
    return {kind: {"x": x, **rest}}


def field(key, **rest):
    return {"condition": {"field": {"key": key, **rest}}}


def edge_condition(c):
    (kind, v), = c.items()
    if kind == "field":
        match = range_ = None
        if "match" in v:
            match = MatchValue(*v["match"].values())
        if "range" in v:
            range_ = RangeFloat(**v["range"])
        return FieldCondition(v["key"], match=match, range=range_)
    if kind == "hasId":
        return HasIdCondition({id["num"] for id in v["hasId"]})
    if kind == "hasVector":
        return HasVectorCondition(v["hasVector"])
    if kind == "isEmpty":
        return IsEmptyCondition(v["key"])
    if kind == "nested":
        return NestedCondition(v["key"], edge_filter(v["filter"]))
    return edge_filter(v)


def edge_filter(f):
    return Filter(**{part: [edge_condition(c) for c in f[name]]
                     for part, name in (("must", "must"), ("should", "should"), ("must_not", "mustNot")) if name in f})


def edge_expression(e):
    (kind, v), = e.items()
    of = edge_expression
    if kind == "constant":
        return Expression.Constant(float(v))
    if kind == "variable":
        return Expression.Variable(v)
    if kind == "condition":
        return Expression.Condition(edge_condition(v))
    if kind == "geoDistance":
        return Expression.GeoDistance(GeoPoint(v["origin"]["lon"], v["origin"]["lat"]), v["to"])
    if kind == "datetime":
        return Expression.Datetime(v)
    if kind == "datetimeKey":
        return Expression.DatetimeKey(v)
    if kind in ("mult", "sum"):
        return {"mult": Expression.Mult, "sum": Expression.Sum}[kind]([of(x) for x in v[kind]])
    if kind == "div":
        by_zero = v.get("byZeroDefault")
        return Expression.Div(of(v["left"]), of(v["right"]), None if by_zero is None else float(by_zero))
    if kind == "pow":
        return Expression.Pow(of(v["base"]), of(v["exponent"]))
    if kind in ("neg", "abs", "sqrt", "exp", "log10", "ln"):
        return getattr(Expression, kind.capitalize())(of(v))
    number = lambda name: None if name not in v else float(v[name])
    return Expression.Decay(
        {"expDecay": DecayKind.Exp, "gaussDecay": DecayKind.Gauss, "linDecay": DecayKind.Lin}[kind],
        of(v["x"]), of(v["target"]) if "target" in v else None, number("midpoint"), number("scale"))


rows = []


def row(formula, payload=None, scores=(), defaults=None):
    rows.append({"formula": formula, "defaults": defaults or {}, "payload": payload or {}, "scores": list(scores)})


def terms():
    for c in (0, 1, -1.5, 0.1, 1e30, -3e38, 1e-40, "Infinity", "-Infinity", "NaN"):
        row(num(c))
    for scores in ((), (0.5,), (0.5, None, -3.0), (None, 0.75), (0.0,), (-0.0,)):
        for name in ("$score", "$score[0]", "$score[1]", "$score[2]"):
            row(var(name), scores=scores)
            row(var(name), scores=scores, defaults={name: 7.5})
    row(var("$score[1000000]"))
    row(var("$score"), defaults={"$score[0]": 3})
    row(var("$score[0]"), defaults={"$score": 3})
    row(var("$score"), defaults={"$score[1]": 3})
    row(var('$"score"'), scores=(0.5,))
    for default in ("text", None, True, [1], {"a": 1}, 9007199254740993, -2.5e300):
        row(var("$score"), defaults={"$score": default})
    for name in ("", "$", "$scores", "$score.a", "$score[]", "$score[0][1]", "$score[-1]", "$score[99999999999999999999]",
                 "$score ", "$ score", "$$score", "$Score", "$score[", "a.", "a..b", "a[", "a[x]", "a b", '"a b"', '"a', ".a", "[0]", "$a", "$id"):
        row(var(name), {"a": 1, "a b": 2}, (0.5,))
        row(num(1), defaults={name: 1})


VALUES = (1, -7, 2.5, 0, True, False, None, "3", "text", [], [4], [4, 5], [[4]], [[4], [5]], [None], {}, {"b": 6}, {"b": [7]},
          {"b": [7, 8]}, [{"b": 9}], [{"b": 9}, {"b": 10}], [{"b": 9}, {"c": 10}], {"b": None}, [{"b": [11]}],
          9007199254740993, 9223372036854775807, -9223372036854775808, 1e308, 1e-320)


def variables():
    for value in VALUES:
        for name in ("a", "a[]", "a[0]", "a[1]", "a.b", "a[].b", "a[0].b", "a.b[]", "a.b[0]", "a[][]"):
            row(var(name), {"a": value})
    for name in ("a", "a.b", "a[0]"):
        for default in (12, 1.25, "text", None, True, [13], [13, 14], {"b": 1}):
            row(var(name), {}, defaults={name: default})
        row(var(name), {"a": None}, defaults={name: 12})
        row(var(name), {"a": []}, defaults={name: 12})
        row(var(name), {"a": "text"}, defaults={name: 12})
        row(var(name), {"a": {"b": 3}}, defaults={name: 12})
    row(var('"a"'), {}, defaults={"a": 12})
    row(var('"a.b"'), {"a.b": 3, "a": {"b": 4}})
    row(var('a."b c"'), {"a": {"b c": 3}})
    row(var("unused"), defaults={"other": 1})
    row(num(1), defaults={"other": "unused"})
    row(var("größe-1_x"), {"größe-1_x": 5})


def arithmetic():
    a, b, zero, error = num(3), num(-2), num(0), var("missing")
    row(mult()), row(add())
    for op in (mult, add):
        row(op(a)), row(op(a, b)), row(op(a, b, num(0.1), num(0.7)))
        row(op(zero, error)), row(op(error, zero)), row(op(a, error)), row(op(a, zero, error))
        row(op(num(1e30), num(1e30))), row(op(num(1e30), num(1e30), num(1e-40)))
        row(op(num("Infinity"), num("-Infinity"))), row(op(num("Infinity"), zero)), row(op(zero, num("NaN")))
        row(op(num("NaN"), zero))
        row(op(op(num(1e30), num(1e30)), {"neg": op(num(1e30), num(1e30))}))
    for left in (a, b, zero, num("Infinity"), num("NaN"), error):
        for right in (a, zero, num(-0.0), num("Infinity"), num("NaN"), error):
            row(div(left, right))
            row(div(left, right, byZeroDefault=9))
    row(div(a, zero, byZeroDefault="Infinity")), row(div(a, zero, byZeroDefault=0))
    row(div(num(1e30), num(1e-30))), row(div(num(1e38), num(1e-38)))
    for op in ("neg", "abs", "sqrt", "exp", "log10", "ln"):
        for c in (0, -0.0, 1, -1, 2.5, -2.5, 0.3, 100, 88, 89, 709, 710, -1000, 1e30, 1e-40, "Infinity", "-Infinity", "NaN"):
            row({op: num(c)})
        row({op: error})
    for base in (0, -0.0, 1, -1, 2, -2, 0.5, 10, 1e30, "Infinity", "NaN"):
        for exponent in (0, 1, -1, 2, 3, -3, 0.5, -0.5, 0.4, 100, 1000, "Infinity", "-Infinity", "NaN"):
            row(power(num(base), num(exponent)))
    row(power(error, zero)), row(power(num(1), error))


def conditions():
    payload = {"color": "red", "n": 5, "tags": ["x", "y"], "in": [{"k": 1, "v": 2}, {"k": 2, "v": 3}]}
    red = field("color", match={"keyword": "red"})
    blue = field("color", match={"keyword": "blue"})
    for c in (red, blue, field("n", match={"integer": 5}), field("n", range={"gte": 5.0}), field("n", range={"lt": 5.0}),
              field("tags", match={"keyword": "y"}), field("tags[]", match={"keyword": "z"}),
              {"condition": {"isEmpty": {"key": "n"}}}, {"condition": {"isEmpty": {"key": "m"}}},
              {"condition": {"hasVector": {"hasVector": "v0"}}}, {"condition": {"hasVector": {"hasVector": "v1"}}},
              {"condition": {"filter": {"mustNot": [blue["condition"]]}}},
              {"condition": {"filter": {}}},
              {"condition": {"filter": {"should": [blue["condition"], red["condition"]]}}},
              {"condition": {"nested": {"key": "in", "filter": {"must": [
                  field("k", match={"integer": 1})["condition"], field("v", match={"integer": 2})["condition"]]}}}},
              {"condition": {"nested": {"key": "in", "filter": {"must": [
                  field("k", match={"integer": 1})["condition"], field("v", match={"integer": 3})["condition"]]}}}}):
        row(c, payload, (0.5,))
        row(add(var("$score"), mult(num(0.25), c)), payload, (0.5,))
        row(mult(c, var("missing")), payload, (0.5,))
    row({"condition": {"hasId": {"hasId": [{"num": len(rows) + 1}]}}}, payload)
    row({"condition": {"hasId": {"hasId": [{"num": len(rows) + 2}]}}}, payload)


def places():
    berlin = {"lat": 52.52, "lon": 13.405}
    for value in (berlin, {"lat": 52.52, "lon": 13.405, "name": "Berlin"}, [berlin], [berlin, berlin], [[berlin]], [], None, 5, "52,13",
                  {"lat": 52.52}, {"lat": "52.52", "lon": 13.4}, {"lat": 91, "lon": 0}, {"lat": 0, "lon": 180.5}, {"lat": 90, "lon": -180},
                  {"lat": 52, "lon": 13}, [13.405, 52.52], [13, 52], [13.405], [1, 2, 3], [[13.405, 52.52]], ["13", "52"], [200, 10],
                  {"lat": None, "lon": 1}, {"at": berlin}):
        for key in ("place", "place[]", "place[0]", "place.at"):
            row(geo(48.1374, 11.5755, key), {"place": value})
        row(geo(48.1374, 11.5755, "place"), {}, defaults={"place": value})
    row(geo(48.1374, 11.5755, "place"), {"place": 5}, defaults={"place": berlin})
    row(geo(48.1374, 11.5755, "place"), {})
    rng = random.Random(2)
    coordinate = lambda: {"lat": rng.uniform(-90, 90), "lon": rng.uniform(-180, 180)}
    for _ in range(30):
        at = coordinate()
        row(geo(at["lat"], at["lon"], "place"), {"place": coordinate()})
    for lat, lon in ((0, 0), (90, 0), (-90, 0), (0, 180), (0, -180), (52.52, 13.405), (-52.52, -166.595)):
        row(geo(lat, lon, "place"), {"place": berlin})
    row(geo(1, 1, "place[")), row(geo(1, 1, "")), row(geo(1, 1, "$score"))


DATES = ("2025-03-18", "2025-03-18T12:30", "2025-03-18 12:30", "2025-03-18T12:30:15", "2025-03-18 12:30:15.25", "2025-03-18T12:30:15Z",
         "2025-03-18T12:30:15.123456789Z", "2025-03-18T12:30:15+02:00", "2025-03-18T12:30:15-0330", "2025-03-18 12:30:15+02",
         "1969-12-31T23:59:59.999999999Z", "1900-01-01", "0001-01-01", "9999-12-31T23:59:59Z", "1970-01-01T00:00:01Z")
NO_DATES = ("", "today", "2025-13-01", "2025-02-29", "18.03.2025", "2025", "1742299815")


def dates():
    for text in DATES + NO_DATES:
        row(date(text)), row(date_of("at"), {"at": text})
        row(date_of("at"), {}, defaults={"at": text})
    for value in (1742299815, 1.5, True, None, [], ["2025-03-18"], ["2025-03-18", "2025-03-19"], {"x": "2025-03-18"}):
        for key in ("at", "at[]", "at.x"):
            row(date_of(key), {"at": value})
        row(date_of("at"), {}, defaults={"at": value})
    row(date_of("at"), {}), row(date_of("at[")), row(date_of("")), row(date_of("$score"))
    row(add(date("2025-03-18T12:00:00.5Z"), {"neg": date("2025-03-18")}))
    row(var("at"), {"at": "2025-03-18"})


def decays():
    for kind in ("linDecay", "expDecay", "gaussDecay"):
        for x in (0, 0.5, 1, -1, 2, 10, 1000, -0.25, "Infinity", "NaN"):
            row(decay(kind, num(x)))
        for midpoint in (0, -0.1, 0.1, 0.25, 0.5, 0.9, 1, 1.1, 1e-30, "NaN", "Infinity"):
            row(decay(kind, num(0.75), midpoint=midpoint))
        for scale in (0, -1, 1e-30, 0.1, 3, 1e30, "NaN", "Infinity"):
            row(decay(kind, num(0.75), scale=scale))
        row(decay(kind, num(0), scale=1e-40)), row(decay(kind, num(0), scale="Infinity", midpoint=0.3))
        for target in (num(0), num(5), num(-5), var("n"), num("Infinity"), num("NaN"), var("missing")):
            row(decay(kind, var("n"), target=target, scale=2, midpoint=0.3), {"n": 4})
        row(decay(kind, num("Infinity"), target=num("Infinity")))
        row(decay(kind, var("missing")))
        row(decay(kind, date_of("at"), target=date("2025-03-20T00:00:00Z"), scale=86400), {"at": "2025-03-18T06:00:00Z"})
        row(decay(kind, geo(52.5, 13.4, "place"), scale=5000), {"place": {"lat": 52.52, "lon": 13.405}})
        rng = random.Random(3)
        for _ in range(8):
            row(decay(kind, num(rng.uniform(-9, 9)), target=num(rng.uniform(-9, 9)), scale=rng.uniform(0.01, 20), midpoint=rng.uniform(0.01, 0.99)))


def random_expression(rng, depth):
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([
            lambda: num(round(rng.uniform(-5, 5), 3)), lambda: var(rng.choice(["n", "x", "n", "missing"])),
            lambda: var(rng.choice(["$score", "$score[1]", "$score[2]"])), lambda: field("n", range={"gt": 3.0}),
        ])()
    sub = lambda: random_expression(rng, depth - 1)
    return rng.choice([
        lambda: mult(*[sub() for _ in range(rng.randint(0, 3))]), lambda: add(*[sub() for _ in range(rng.randint(0, 4))]),
        lambda: div(sub(), sub()), lambda: div(sub(), sub(), byZeroDefault=1), lambda: {"neg": sub()}, lambda: {"abs": sub()},
        lambda: {"sqrt": {"abs": sub()}}, lambda: {"exp": sub()}, lambda: {"ln": {"abs": sub()}}, lambda: {"log10": {"abs": sub()}},
        lambda: power({"abs": sub()}, sub()), lambda: decay(rng.choice(["linDecay", "expDecay", "gaussDecay"]), sub(), target=sub(), scale=2.5),
    ])()


def trees():
    rng = random.Random(4)
    for _ in range(250):
        row(random_expression(rng, 4), {"n": rng.randint(-9, 9), "x": rng.uniform(-3, 3)},
            [None if rng.random() < 0.2 else rng.uniform(-2, 2) for _ in range(rng.randint(0, 3))], {"missing": 0.5} if rng.random() < 0.8 else None)
    deep = num(1.5)
    for _ in range(40):
        deep = {"neg": deep}
    row(deep)


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def main():
    terms(), variables(), arithmetic(), conditions(), places(), dates(), decays(), trees()
    folder = tempfile.mkdtemp()
    shard = EdgeShard.create(folder, EdgeConfig(vectors={
        f"v{i}": EdgeVectorParams(size=1, distance=Distance.Dot) for i in range(PREFETCHES + 1)}))
    points = []
    for i, r in enumerate(rows):
        r["scores"] = [None if s is None else f32(s) for s in r["scores"]]
        vectors = {f"v{j}": [s] for j, s in enumerate(r["scores"]) if s is not None}
        points.append(Point(i + 1, {**vectors, f"v{PREFETCHES}": [1.0]}, r["payload"]))
    shard.update(UpdateOperation.upsert_points(points))
    for i, r in enumerate(rows):
        try:
            formula = Formula(edge_expression(r["formula"]), r["defaults"])
        except Exception as err:
            r["refused"] = "compile"
            if "-v" in sys.argv:
                print(i + 1, r, err)
            continue
        only = Filter(must=[HasIdCondition({i + 1})])
        try:
            hit, = shard.query(QueryRequest(limit=1, query=formula, prefetches=[
                Prefetch(limit=1, query=Query.Nearest([1.0], using=f"v{j}"), filter=only) for j in range(PREFETCHES + 1)]))
            r["want"] = float(f"{hit.score:.9g}")
        except Exception as err:
            r["refused"] = "score"
            if "-v" in sys.argv:
                print(i + 1, r, err)
    shard.close()
    shutil.rmtree(folder)
    with open("edge.json", "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(r, separators=(",", ":"), ensure_ascii=False) for r in rows) + "\n]\n")
    print(len(rows), "rows,", sum("want" in r for r in rows), "with a score")


main()
