"""Random reads: query with nested prefetch, query batch, scroll, count, retrieve."""

import random
from typing import Any

import formulas
from calls import Call
from filters import some_filter
from payloads import ORDERABLE
from qdrant_client.http import models as m
from world import World, dense_vector, sparse_vector

SELECTED = ["i", "o", "o.n", "o.d.e", "items", "items[].n", "items[].in[].x", "items[]", "items[0]", "m", "m.a", "m[]",
            "m[].a", "ks", "ks[]", "ключ", '"a.b"', '"sp ace"', "absent", "o.absent", "i.x", "items.n"]


def maybe_filter(r: random.Random, w: World, chance: float = 0.5) -> m.Filter | None:
    return some_filter(r, r.choice([0, 1, 2]), w.ids, w.vector_names) if r.random() < chance else None


def payload_selector(r: random.Random) -> Any:
    keys = r.sample(SELECTED, r.randrange(4))
    return r.choice([
        True, True, True, False, keys or True,
        m.PayloadSelectorInclude(include=keys), m.PayloadSelectorExclude(exclude=keys),
    ])


def vector_selector(r: random.Random, w: World) -> Any:
    names = r.sample(w.vector_names, r.randrange(1, len(w.vector_names) + 1)) if w.vector_names else []
    return r.choice([False, False, True, names or True])


def limit(r: random.Random) -> int:
    return r.choice([1, 2, 3, 5, 10, 10, 50, 1000])


def nearest(r: random.Random, w: World, by_id: bool = True) -> tuple[Any, str | None]:
    """A vector query and the name it uses; None for the unnamed vector."""
    name = r.choice(w.vector_names)
    using = name or None
    if by_id and w.ids and r.random() < 0.1:
        return m.NearestQuery(nearest=r.choice(w.ids)), using
    if name in w.sparse:
        return m.NearestQuery(nearest=sparse_vector(r)), using
    return m.NearestQuery(nearest=dense_vector(r, w.dense[name][0])), using


def threshold(r: random.Random, chance: float) -> float | None:
    return r.choice([-1.0, 0.0, 0.1, 0.45, 1.0, 2.5, 6.0]) if r.random() < chance else None


def order_by(r: random.Random, w: World) -> m.OrderBy | None:
    keys = [k for k in ORDERABLE if k in w.indexed]
    if not keys:
        return None
    key = r.choice(keys)
    start = None
    if r.random() < 0.4:
        start = r.choice(["2021-01-01T00:00:00Z", "1999-12-31T12:00:00Z"]) if key == "d" else r.choice([0, 1.5, -2, 3, 100])
    return m.OrderBy(key=key, direction=r.choice([None, m.Direction.ASC, m.Direction.DESC]), start_from=start)


def merging(r: random.Random, sources: int) -> Any:
    """A query over prefetched sources, other than a vector."""
    kind = r.randrange(6)
    if kind == 0:
        return m.FusionQuery(fusion=m.Fusion.RRF)
    if kind == 1:
        return m.FusionQuery(fusion=m.Fusion.DBSF)
    if kind == 2:
        weights = [r.choice([0.0, 0.5, 1.0, 3.0, 2.25]) for _ in range(sources)] if r.random() < 0.7 else None
        return m.RrfQuery(rrf=m.Rrf(k=r.choice([None, 1, 2, 5, 60]), weights=weights))
    return formulas.query(r, sources)


def prefetch(r: random.Random, w: World, depth: int) -> m.Prefetch:
    some = r.choice([None, 1, 2, 5, 5, 20, 200])
    if depth > 0 and r.random() < 0.3:
        inner = [prefetch(r, w, depth - 1) for _ in range(r.choice([1, 2, 2, 3]))]
        query, using = nearest(r, w) if r.random() < 0.3 else (merging(r, len(inner)), None)
        return m.Prefetch(prefetch=inner, query=query, using=using, limit=some, filter=maybe_filter(r, w, 0.2), score_threshold=threshold(r, 0.1))
    kind = r.random()
    if kind < 0.85:
        query, using = nearest(r, w)
        return m.Prefetch(query=query, using=using, limit=some, filter=maybe_filter(r, w, 0.3), score_threshold=threshold(r, 0.15))
    by = order_by(r, w)
    if kind < 0.93 and by:
        return m.Prefetch(query=m.OrderByQuery(order_by=by), limit=some, filter=maybe_filter(r, w, 0.3))
    return m.Prefetch(limit=some, filter=maybe_filter(r, w, 0.5))


def has(stage: Any, test: Any) -> bool:
    """Whether the query of a stage or of any prefetch under it passes the test."""
    inner = stage.prefetch or []
    return test(stage.query) or any(has(p, test) for p in inner)


def without_dbsf(stage: Any) -> None:
    """RRF for every DBSF under the stage."""
    if isinstance(stage.query, m.FusionQuery):
        stage.query = m.FusionQuery(fusion=m.Fusion.RRF)
    for p in stage.prefetch or []:
        without_dbsf(p)


def query_args(r: random.Random, w: World) -> dict[str, Any]:
    args: dict[str, Any] = {
        "limit": limit(r), "offset": r.choice([None, None, None, 1, 4, 30]),
        "with_payload": payload_selector(r), "with_vectors": vector_selector(r, w), "query_filter": maybe_filter(r, w),
    }
    kind = r.random()
    if kind < 0.35:
        args["query"], args["using"] = nearest(r, w)
        args["score_threshold"] = threshold(r, 0.25)
    elif kind < 0.42:
        args["query"] = None
    elif kind < 0.5 and (by := order_by(r, w)):
        args["query"] = m.OrderByQuery(order_by=by)
    else:
        args["prefetch"] = [prefetch(r, w, 2) for _ in range(r.choice([1, 1, 2, 2, 3]))]
        by = order_by(r, w) if r.random() < 0.1 else None
        if by:
            args["query"] = m.OrderByQuery(order_by=by)
        elif r.random() < 0.25:
            args["query"], args["using"] = nearest(r, w)
            args["score_threshold"] = threshold(r, 0.25)
        else:
            args["query"] = merging(r, len(args["prefetch"]))
            args["score_threshold"] = threshold(r, 0.2)
        # Qdrant's DBSF sorts points that carry an order value before all others.
        if any(has(p, lambda query: isinstance(query, m.OrderByQuery)) for p in args["prefetch"]):
            root = m.Prefetch(prefetch=args["prefetch"], query=args["query"])
            without_dbsf(root)
            args["query"] = root.query
    return args


def wrong_query(r: random.Random, w: World) -> dict[str, Any]:
    """A query that must be refused."""
    good, using = nearest(r, w, by_id=False)
    dense = [n for n in w.dense]
    choices: list[dict[str, Any]] = [
        {"query": good, "using": "absent"},
        {"query": m.NearestQuery(nearest=987654321), "using": using},
        {"query": m.FusionQuery(fusion=m.Fusion.RRF)},
        {"query": m.FormulaQuery(formula=1.0)},
        {"prefetch": [m.Prefetch(query=good, using=using)]},
        {"prefetch": [m.Prefetch(prefetch=[m.Prefetch(query=good, using=using)])], "query": m.FusionQuery(fusion=m.Fusion.DBSF)},
        {"query": None, "score_threshold": 0.5},
        {"query": good, "using": using, "limit": 0},
        {"prefetch": [m.Prefetch(query=good, using=using, limit=0)], "query": m.FusionQuery(fusion=m.Fusion.RRF)},
        {"prefetch": [m.Prefetch(query=good, using=using)], "query": m.RrfQuery(rrf=m.Rrf(k=0))},
        {"prefetch": [m.Prefetch(query=good, using=using)], "query": m.RrfQuery(rrf=m.Rrf(weights=[1.0, 2.0]))},
        {"query": m.OrderByQuery(order_by=m.OrderBy(key="absent"))},
        {"query": good, "using": using, "query_filter": m.Filter(must=[m.FieldCondition(key=r.choice(["a..b", "", "a[", "a b"]), match=m.MatchValue(value=1))])},
        {"prefetch": [m.Prefetch(query=good, using=using)], "query": formulas.wrong(r)},
    ]
    if dense:
        name = r.choice(dense)
        choices += [
            {"query": m.NearestQuery(nearest=dense_vector(r, w.dense[name][0] + 1)), "using": name or None},
            {"query": m.NearestQuery(nearest=sparse_vector(r, empty=False)), "using": name or None},
        ]
    if w.sparse:
        name = r.choice(list(w.sparse))
        choices += [
            {"query": m.NearestQuery(nearest=[1.0, 2.0]), "using": name},
            {"query": m.NearestQuery(nearest=m.SparseVector(indices=[3, 3], values=[1.0, 2.0])), "using": name},
            {"query": m.NearestQuery(nearest=m.SparseVector(indices=[3, 4], values=[1.0])), "using": name},
        ]
    return r.choice(choices)


def read(r: random.Random, w: World) -> Call:
    kind = r.random()
    if kind < 0.04:
        return Call("query_points", wrong_query(r, w), {"wrong"})
    if kind < 0.62:
        return Call("query_points", query_args(r, w))
    if kind < 0.67:
        requests = []
        for _ in range(r.randrange(1, 4)):
            args = query_args(r, w)
            args["filter"], args["with_vector"] = args.pop("query_filter"), args.pop("with_vectors")
            requests.append(m.QueryRequest(**args))
        return Call("query_batch_points", {"requests": requests})
    if kind < 0.82:
        args = {"scroll_filter": maybe_filter(r, w, 0.8), "limit": limit(r), "with_payload": payload_selector(r), "with_vectors": vector_selector(r, w)}
        by = order_by(r, w) if r.random() < 0.4 else None
        if by:
            args["order_by"] = by
        elif r.random() < 0.5:
            args["offset"] = r.choice([*w.ids, 250, "80000000-0000-4000-8000-000000000000"])
        return Call("scroll", args)
    if kind < 0.96:
        return Call("count", {"count_filter": maybe_filter(r, w, 0.97), "exact": True})
    chosen = [r.choice([*w.ids, 777777]) for _ in range(r.randrange(8))]
    return Call("retrieve", {"ids": chosen, "with_payload": payload_selector(r), "with_vectors": vector_selector(r, w)})
