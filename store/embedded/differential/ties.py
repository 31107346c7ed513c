"""Whether a query's answer is defined at all, given that Qdrant does not order ties.

Asked only when two sides differ. A stage that feeds another hands on a rank (RRF) or a
choice of points (a cut at its limit); with ties there, two right engines may differ.
"""

import math
from typing import Any

import edge_types as t
from compare import close
from edge import EdgeSide, Refused
from qdrant_client.http import models as m
from world import World

FAR = 100000


def run(side: EdgeSide, w: World, stage: Any, main: Any) -> list[dict[str, Any]]:
    """Everything the stage finds, without its limit and threshold."""
    args = {"prefetch": stage.prefetch, "query": stage.query, "using": stage.using, "limit": FAR}
    return side.query_points(w, query_filter=main, with_payload=False, **args)


def undefined(side: EdgeSide, w: World, stage: Any, main: Any, root: bool = True, parent: Any = None) -> bool:
    """Whether the stage's answer depends on the order of ties or on rounding at a threshold."""
    inner = t.prefetches(stage)
    main = main if root else t.merged(main, stage.filter)
    if any(undefined(side, w, p, main, False, stage.query) for p in inner):
        return True
    try:
        points = run(side, w, stage, main)
    except (Refused, Exception):
        return False
    scores = [p["score"] for p in points]
    if stage.score_threshold is not None and any(close(s, stage.score_threshold) for s in scores):
        # Formula and fusion keep an equal score, a vector search drops it: defined when exact.
        if any(s != stage.score_threshold and close(s, stage.score_threshold) for s in scores) or inner:
            return True
    if root or stage.query is None:
        return False
    if isinstance(parent, m.RrfQuery) or getattr(parent, "fusion", None) == m.Fusion.RRF:
        kept = scores[: (stage.limit or 10) + 1]
        if any(close(a, b) for a, b in zip(kept, kept[1:])):
            return True
    cut = 10 if stage.limit is None else stage.limit
    if len(scores) > cut and close(scores[cut - 1], scores[cut]):
        return True
    return getattr(parent, "fusion", None) == m.Fusion.DBSF and unstable(scores[:cut])


def unstable(scores: list[float]) -> bool:
    """Scores so near each other that DBSF divides rounding errors by rounding errors."""
    if len(scores) < 2:
        return False
    mean = sum(scores) / len(scores)
    deviation = math.sqrt(sum((s - mean) ** 2 for s in scores) / (len(scores) - 1))
    return 0 < deviation < 1e-4 * max(1.0, abs(mean))
