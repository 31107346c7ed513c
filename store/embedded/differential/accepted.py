"""Differences from edge that are accepted, each with its reason.

A rule sees one difference: the collection, the call, edge's answer, the other side's
answer and the words compare.py found for it. Rules are narrow: they name the calls they
cover. Most are for local mode, which is the second opinion on edge; a rule for the
engine is a promise of the engine that Qdrant does not make.
"""

from typing import Any, Callable

from pydantic import BaseModel
from qdrant_client.http import models as m

from calls import CRASH, INVALID, NOT_FOUND, OK, Answer, Call
from edge_types import merged, prefetches
from world import World

Rule = Callable[[World, Call, Answer, Answer, str], bool]
RULES: dict[str, tuple[str, str, Rule]] = {}


def rule(name: str, why: str, side: str = "local") -> Callable[[Rule], Rule]:
    def register(check: Rule) -> Rule:
        RULES[name] = (side, why, check)
        return check

    return register


@rule("refused whole", "a refused write changes nothing in the engine; in Qdrant the points before the missing one are changed", side="engine")
def _(w: World, call: Call, edge: Answer, engine: Answer, found: str) -> bool:
    return "missing id" in call.tags and edge.kind == engine.kind == NOT_FOUND and found.startswith("state")


@rule("empty vectors in the engine's IDF", "the engine counts points with an empty sparse vector as documents, as local mode does; Naru stores none", side="engine")
def _(w: World, call: Call, edge: Answer, engine: Answer, found: str) -> bool:
    return w.empty_idf and engine.kind == edge.kind == OK and "'t'" in used(call)


@rule("missing id", "local mode raises KeyError where the engine answers not found")
def _(w: World, call: Call, edge: Answer, local: Answer, found: str) -> bool:
    return "missing id" in call.tags and edge.kind == NOT_FOUND and local.kind in (CRASH, OK)


@rule("unknown vector", "local mode calls an unknown vector name not found, the engine calls it bad input")
def _(w: World, call: Call, edge: Answer, local: Answer, found: str) -> bool:
    return "wrong" in call.tags and edge.kind == INVALID and local.kind == NOT_FOUND and "vector" in local.message.lower()


@rule("one-dimensional", "local mode stretches a one-dimensional vector to the query's length, the engine refuses")
def _(w: World, call: Call, edge: Answer, local: Answer, found: str) -> bool:
    return "wrong" in call.tags and "expected dim: 1," in edge.message


@rule("order without index", "local mode orders by any field, the engine needs a range index")
def _(w: World, call: Call, edge: Answer, local: Answer, found: str) -> bool:
    return "wrong" in call.tags and "No range index" in edge.message and local.kind == OK


@rule("repeated ids", "local mode returns a point once per mention in retrieve, the engine once")
def _(w: World, call: Call, edge: Answer, local: Answer, found: str) -> bool:
    ids = call.args.get("ids", [])
    return call.op == "retrieve" and len(set(ids)) < len(ids) and found.endswith(f"not {len(local.value)}")


@rule("empty vectors in IDF", "local mode counts points with an empty sparse vector as documents, the engine does not")
def _(w: World, call: Call, edge: Answer, local: Answer, found: str) -> bool:
    return w.empty_idf and local.kind == edge.kind == OK and "'t'" in used(call)


@rule("excluded ids", "a point queried by id in a prefetch is left out of the whole query by the engine, of that prefetch by local mode")
def _(w: World, call: Call, edge: Answer, local: Answer, found: str) -> bool:
    return call.op.startswith("query") and any(by_id(stage) for r in requests(call) for stage in below(r))


@rule("flags of many values", "is_empty and is_null of a field condition hold in the engine if they do for one value of the path, in local mode for all")
def _(w: World, call: Call, edge: Answer, local: Answer, found: str) -> bool:
    return any("[" in c.key and (c.is_empty is not None or c.is_null is not None) for c in conditions(call.args))


def conditions(value: Any) -> list[m.FieldCondition]:
    """Every field condition anywhere in a call's arguments."""
    if isinstance(value, m.FieldCondition):
        return [value]
    if isinstance(value, BaseModel):
        value = [v for v in value.__dict__.values() if v is not None]
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [c for v in value for c in conditions(v)]
    return []


@rule("filter twice", "filters merge clause by clause into prefetches; local mode applies the unmerged one again when it re-scores")
def _(w: World, call: Call, edge: Answer, local: Answer, found: str) -> bool:
    return any(alternatives_merge(r, root_filter(call, r)) and any(rescores(s) for s in (r, *below(r))) for r in requests(call))


def root_filter(call: Call, request: Any) -> Any:
    return request.filter if call.op == "query_batch_points" else call.args.get("query_filter")


def alternatives_merge(stage: Any, main: Any) -> bool:
    """Whether a should or min_should of a stage meets another one in a prefetch under it."""
    for p in prefetches(stage):
        for clause in ("should", "min_should"):
            if main is not None and p.filter is not None and getattr(main, clause) and getattr(p.filter, clause):
                return True
        if alternatives_merge(p, merged(main, p.filter)):
            return True
    return False


def rescores(stage: Any) -> bool:
    return bool(stage.prefetch) and isinstance(stage.query, (m.NearestQuery, m.OrderByQuery))


def requests(call: Call) -> list[Any]:
    """The query requests of a call, as objects with query, using and prefetch."""
    if call.op == "query_batch_points":
        return call.args["requests"]
    if call.op != "query_points":
        return []
    kept = ("query", "using", "prefetch", "score_threshold", "limit", "offset")
    return [m.QueryRequest(**{k: v for k, v in call.args.items() if k in kept})]


def below(stage: Any) -> list[Any]:
    """Every prefetch under a stage."""
    return [s for p in prefetches(stage) for s in (p, *below(p))]


def by_id(stage: Any) -> bool:
    return isinstance(stage.query, m.NearestQuery) and isinstance(stage.query.nearest, (int, str))


def used(call: Call) -> str:
    """The vector names the call uses, quoted."""
    return " ".join(repr(s.using) for r in requests(call) for s in (r, *below(r)))


# A generated call may be wrong in two ways by chance: a point that is not there, and a
# formula that fails. Which of the two is answered is nobody's promise.
for one in ("engine", "local"):

    @rule(f"two errors, {one}", "the call is wrong in two ways, and each side answers another of them", side=one)
    def _(w: World, call: Call, edge: Answer, other: Answer, found: str) -> bool:
        return "wrong" not in call.tags and call.op.startswith("query") and {edge.kind, other.kind} == {INVALID, NOT_FOUND}


def find(label: str, w: World, call: Call, edge: Answer, other: Answer, found: str) -> str | None:
    for name, (side, _, check) in RULES.items():
        if side == label and check(w, call, edge, other, found):
            return name
    return None


def reason(name: str) -> str:
    return RULES[name][1]


def over_the_antimeridian(c: m.FieldCondition) -> bool:
    box = c.geo_bounding_box
    return box is not None and box.top_left.lon > box.bottom_right.lon


for one in ("engine", "local"):

    @rule(f"box over the antimeridian, {one}", "with an index of the field, Qdrant misses points that it finds without one: 35 of 64 in collection 3000060", side=one)
    def _(w: World, call: Call, edge: Answer, other: Answer, found: str) -> bool:
        return any(over_the_antimeridian(c) and c.key in w.indexed for c in conditions(call.args))
