"""Random score formulas."""

import random
from typing import Any

from qdrant_client.http import models as m

from filters import field_condition, geo_point

# Fields that are positive numbers where they are, so that logarithms mean something.
DEFAULTS = {"pos": 3.0, "i": 2, "f": 1.25, "one[0]": 1, "o.n": 0, "m": 1, "d": "2021-03-03T03:03:03Z", "g": {"lon": 1.0, "lat": 2.0}}


def variable(r: random.Random, sources: int) -> str:
    kind = r.random()
    if kind < 0.5:
        return r.choice(["$score", *(f"$score[{i}]" for i in range(sources + 1))])
    return r.choice(["pos", "pos", "i", "f", "one", "one[0]", "o.n", "is[0]", "m", "$score"])


def constant(r: random.Random) -> float:
    return r.choice([0.0, 1.0, 2.0, -1.5, 0.25, 10.0, 3.0])


def expression(r: random.Random, depth: int, sources: int) -> Any:
    if depth <= 0 or r.random() < 0.2:
        return constant(r) if r.random() < 0.3 else variable(r, sources)
    inner = lambda: expression(r, depth - 1, sources)
    kind = r.randrange(15)
    if kind < 3:
        return m.SumExpression(sum=[inner() for _ in range(r.randrange(4))])
    if kind < 6:
        return m.MultExpression(mult=[inner() for _ in range(r.randrange(4))])
    if kind == 6:
        return m.NegExpression(neg=inner())
    if kind == 7:
        return m.AbsExpression(abs=inner())
    if kind == 8:
        return m.DivExpression(div=m.DivParams(left=inner(), right=inner(), by_zero_default=r.choice([None, 0.0, 7.5, 7.5])))
    if kind == 9:
        return r.choice([m.SqrtExpression(sqrt=m.AbsExpression(abs=inner())), m.SqrtExpression(sqrt=inner())])
    if kind == 10:
        safe = m.SumExpression(sum=[1.0, m.AbsExpression(abs=inner())])
        return r.choice([m.LnExpression(ln=safe), m.Log10Expression(log10=safe), m.LnExpression(ln="pos"), m.ExpExpression(exp=inner())])
    if kind == 11:
        return m.PowExpression(pow=m.PowParams(base=inner(), exponent=r.choice([2.0, 0.5, 1.0, -1.0])))
    if kind == 12:
        params = m.DecayParamsExpression(
            x=r.choice([inner(), m.DatetimeKeyExpression(datetime_key="d"), m.GeoDistance(geo_distance=m.GeoDistanceParams(origin=geo_point(r), to="g"))]),
            target=r.choice([None, None, inner(), m.DatetimeExpression(datetime="2021-01-01T00:00:00Z")]),
            scale=r.choice([None, 2.0, 1000.0, 1e6]), midpoint=r.choice([None, 0.25, 0.5]))
        return r.choice([m.ExpDecayExpression(exp_decay=params), m.GaussDecayExpression(gauss_decay=params), m.LinDecayExpression(lin_decay=params)])
    if kind == 13:
        return field_condition(r, ["i", "k", "ks", "b", "is", "absent"])
    return m.MultExpression(mult=[0.001, r.choice([m.DatetimeKeyExpression(datetime_key="d"), m.GeoDistance(geo_distance=m.GeoDistanceParams(origin=geo_point(r), to="g"))])])


def query(r: random.Random, sources: int) -> m.FormulaQuery:
    # Most formulas keep the score in, which keeps ties rare.
    body = expression(r, r.choice([1, 2, 3]), sources)
    if r.random() < 0.8:
        body = m.SumExpression(sum=["$score", m.MultExpression(mult=[0.125, body])])
    defaults = dict(DEFAULTS) if r.random() < 0.85 else {}
    if r.random() < 0.2:
        defaults[r.choice(["$score", "$score[1]", "$score[0]"])] = r.choice([0.5, 4])
    return m.FormulaQuery(formula=body, defaults=defaults or None)


def wrong(r: random.Random) -> m.FormulaQuery:
    decay = lambda **k: m.ExpDecayExpression(exp_decay=m.DecayParamsExpression(x="$score", **k))
    return m.FormulaQuery(formula=r.choice([
        "$other", "$score.x", "$score[]", "a b", "absent", "k", decay(midpoint=0.0), decay(midpoint=1.5), decay(scale=0.0),
        m.DatetimeExpression(datetime="not a date"), m.DivExpression(div=m.DivParams(left=1.0, right=0.0)),
        m.LnExpression(ln=0.0), m.Log10Expression(log10=-1.0), m.SqrtExpression(sqrt=-1.0), m.ExpExpression(exp=1000.0),
        m.PowExpression(pow=m.PowParams(base=-1.0, exponent=0.5)), m.DatetimeKeyExpression(datetime_key="absent"),
        m.GeoDistance(geo_distance=m.GeoDistanceParams(origin=m.GeoPoint(lon=0, lat=0), to="absent")),
    ]))
