"""The official client's models turned into the types of qdrant_edge."""

from typing import Any

import numpy as np
import qdrant_edge as q
from qdrant_client.http import models as m

DISTANCES = {
    m.Distance.COSINE: q.Distance.Cosine, m.Distance.DOT: q.Distance.Dot,
    m.Distance.EUCLID: q.Distance.Euclid, m.Distance.MANHATTAN: q.Distance.Manhattan,
}
SCHEMAS = {t: getattr(q.PayloadSchemaType, t.value.capitalize()) for t in m.PayloadSchemaType}
MODES = {
    m.UpdateMode.UPSERT: q.UpdateMode.Upsert, m.UpdateMode.INSERT_ONLY: q.UpdateMode.InsertOnly,
    m.UpdateMode.UPDATE_ONLY: q.UpdateMode.UpdateOnly,
}
DECAYS = {"exp_decay": q.DecayKind.Exp, "gauss_decay": q.DecayKind.Gauss, "lin_decay": q.DecayKind.Lin}


def vector(v: Any) -> Any:
    return q.SparseVector(v.indices, v.values) if isinstance(v, m.SparseVector) else v


def vectors(v: Any) -> Any:
    return {name: vector(one) for name, one in v.items()} if isinstance(v, dict) else v


def geo(p: m.GeoPoint) -> q.GeoPoint:
    return q.GeoPoint(p.lon, p.lat)


def bounds(b: Any, convert: Any) -> dict[str, Any]:
    return {n: convert(getattr(b, n)) for n in ("gt", "gte", "lt", "lte") if getattr(b, n) is not None}


def matched(c: Any) -> Any:
    if isinstance(c, m.MatchValue):
        # The binding reads a Python bool as the integer it also is; a numpy bool stays one.
        return q.MatchValue(np.bool_(c.value) if isinstance(c.value, bool) else c.value)
    if isinstance(c, m.MatchAny):
        return q.MatchAny(c.any)
    if isinstance(c, m.MatchExcept):
        return q.MatchExcept(c.except_)
    if isinstance(c, m.MatchText):
        return q.MatchText(c.text)
    if isinstance(c, m.MatchTextAny):
        return q.MatchTextAny(c.text_any)
    return q.MatchPhrase(c.phrase)


def field(c: m.FieldCondition) -> q.FieldCondition:
    out: dict[str, Any] = {}
    if c.match is not None:
        out["match"] = matched(c.match)
    if isinstance(c.range, m.Range):
        out["range"] = q.RangeFloat(**bounds(c.range, float))
    elif c.range is not None:
        out["range"] = q.RangeDateTime(**bounds(c.range, lambda t: t.isoformat()))
    if c.geo_radius is not None:
        out["geo_radius"] = q.GeoRadius(geo(c.geo_radius.center), c.geo_radius.radius)
    if c.geo_bounding_box is not None:
        out["geo_bounding_box"] = q.GeoBoundingBox(geo(c.geo_bounding_box.top_left), geo(c.geo_bounding_box.bottom_right))
    if c.geo_polygon is not None:
        ring = lambda line: [geo(p) for p in line.points]
        out["geo_polygon"] = q.GeoPolygon(ring(c.geo_polygon.exterior), [ring(l) for l in c.geo_polygon.interiors or []])
    if c.values_count is not None:
        out["values_count"] = q.ValuesCount(**bounds(c.values_count, int))
    return q.FieldCondition(c.key, is_empty=c.is_empty, is_null=c.is_null, **out)


def condition(c: Any) -> Any:
    if isinstance(c, m.FieldCondition):
        return field(c)
    if isinstance(c, m.IsEmptyCondition):
        return q.IsEmptyCondition(c.is_empty.key)
    if isinstance(c, m.IsNullCondition):
        return q.IsNullCondition(c.is_null.key)
    if isinstance(c, m.HasIdCondition):
        return q.HasIdCondition(set(c.has_id))
    if isinstance(c, m.HasVectorCondition):
        return q.HasVectorCondition(c.has_vector)
    if isinstance(c, m.NestedCondition):
        return q.NestedCondition(c.nested.key, some_filter(c.nested.filter))
    return some_filter(c)


def some_filter(f: m.Filter | None) -> q.Filter | None:
    if f is None:
        return None
    clauses: dict[str, Any] = {}
    for name in ("must", "should", "must_not"):
        listed = getattr(f, name)
        if listed is not None and not isinstance(listed, list):
            listed = [listed]
        if listed:  # an empty list means no clause, as in gRPC
            clauses[name] = [condition(c) for c in listed]
    if f.min_should is not None:
        clauses["min_should"] = q.MinShould([condition(c) for c in f.min_should.conditions], f.min_should.min_count)
    return q.Filter(**clauses)


def merged(a: m.Filter | None, b: m.Filter | None) -> m.Filter | None:
    """The filter of a stage pushed into a prefetch, as Qdrant does it: clause by clause.

    So two should clauses become one list of alternatives; that is Qdrant's contract.
    """
    if a is None or b is None:
        return b if a is None else a

    def clause(name: str) -> Any:
        both = [getattr(a, name), getattr(b, name)]
        lists = [c if isinstance(c, list) else [c] for c in both if c is not None]
        return [c for one in lists for c in one] if lists else None

    least = [f.min_should for f in (a, b) if f.min_should is not None]
    min_should = None
    if least:
        min_should = m.MinShould(conditions=[c for one in least for c in one.conditions], min_count=max(one.min_count for one in least))
    return m.Filter(must=clause("must"), should=clause("should"), must_not=clause("must_not"), min_should=min_should)


def expression(e: Any) -> q.Expression:
    x = q.Expression
    if isinstance(e, (int, float)):
        return x.Constant(float(e))
    if isinstance(e, str):
        return x.Variable(e)
    if isinstance(e, m.GeoDistance):
        return x.GeoDistance(geo(e.geo_distance.origin), e.geo_distance.to)
    name = next(iter(type(e).model_fields))
    if name in ("sum", "mult"):
        return getattr(x, name.capitalize())([expression(one) for one in getattr(e, name)])
    if name in ("neg", "abs", "sqrt", "exp", "log10", "ln"):
        return getattr(x, name.capitalize())(expression(getattr(e, name)))
    if name == "div":
        return x.Div(expression(e.div.left), expression(e.div.right), e.div.by_zero_default)
    if name == "pow":
        return x.Pow(expression(e.pow.base), expression(e.pow.exponent))
    if name == "datetime":
        return x.Datetime(e.datetime)
    if name == "datetime_key":
        return x.DatetimeKey(e.datetime_key)
    if name in DECAYS:
        p = getattr(e, name)
        target = None if p.target is None else expression(p.target)
        return x.Decay(DECAYS[name], expression(p.x), target, p.midpoint, p.scale)
    return x.Condition(condition(e))


def order_by(o: m.OrderBy) -> q.OrderBy:
    direction = {None: None, m.Direction.ASC: q.Direction.Asc, m.Direction.DESC: q.Direction.Desc}[o.direction]
    start = o.start_from
    if start is not None and not isinstance(start, (int, float, str)):
        start = start.isoformat()
    return q.OrderBy(o.key, direction=direction, start_from=start)


def scoring(query: Any, using: str | None) -> Any:
    """A query of the client; NearestQuery must hold a vector by now, not an id."""
    if query is None:
        return None
    if isinstance(query, m.NearestQuery):
        return q.Query.Nearest(vector(query.nearest), using=using)
    if isinstance(query, m.FusionQuery):
        return q.Fusion.Rrf(k=2) if query.fusion == m.Fusion.RRF else q.Fusion.Dbsf()
    if isinstance(query, m.RrfQuery):
        # gRPC cannot tell no weights from an empty list of them.
        return q.Fusion.Rrf(k=2 if query.rrf.k is None else query.rrf.k, weights=query.rrf.weights or None)
    if isinstance(query, m.OrderByQuery):
        return order_by(query.order_by)
    return q.Formula(expression(query.formula), query.defaults or {})


def prefetch(p: m.Prefetch) -> q.Prefetch:
    return q.Prefetch(
        limit=10 if p.limit is None else p.limit, query=scoring(p.query, p.using),
        prefetches=[prefetch(one) for one in prefetches(p)], filter=some_filter(p.filter), score_threshold=p.score_threshold)


def prefetches(p: Any) -> list[m.Prefetch]:
    if p.prefetch is None:
        return []
    return p.prefetch if isinstance(p.prefetch, list) else [p.prefetch]


def with_payload(s: Any) -> Any:
    if isinstance(s, m.PayloadSelectorInclude):
        return q.PayloadSelector.Include(s.include)
    if isinstance(s, m.PayloadSelectorExclude):
        return q.PayloadSelector.Exclude(s.exclude)
    return s
