"""Whether two answers are the same, up to float rounding and the order of tied points."""

from typing import Any

from qdrant_client.http import models as m

from calls import OK, Answer, Call

RELATIVE = 1e-5
ABSOLUTE = 1e-5


def close(a: float, b: float) -> bool:
    if a == b:
        return True
    return abs(a - b) <= ABSOLUTE + RELATIVE * max(abs(a), abs(b))


def same_json(a: Any, b: Any) -> bool:
    """Equality of JSON values that keeps true, 1 and 1.0 apart."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same_json(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(same_json(x, y) for x, y in zip(a, b))
    return a == b


def same_vector(a: Any, b: Any) -> bool:
    if isinstance(a, dict) or isinstance(b, dict):
        return isinstance(a, dict) and isinstance(b, dict) and a["indices"] == b["indices"] and same_vector(a["values"], b["values"])
    return len(a) == len(b) and all(close(x, y) for x, y in zip(a, b))


def body_difference(a: dict[str, Any], b: dict[str, Any]) -> str | None:
    """How the payloads and vectors of two equal ids differ."""
    if not same_json(a["payload"] or {}, b["payload"] or {}):
        return f"payload of {a['id']}"
    if a["vector"].keys() != b["vector"].keys():
        return f"vector names of {a['id']}"
    for name, vector in a["vector"].items():
        if not same_vector(vector, b["vector"][name]):
            return f"vector {name!r} of {a['id']}"
    return None


def tie_groups(points: list[dict[str, Any]], by: str) -> list[list[dict[str, Any]]]:
    groups: list[list[dict[str, Any]]] = []
    for p in points:
        if groups and close(groups[-1][-1].get(by, 0.0), p.get(by, 0.0)):
            groups[-1].append(p)
        else:
            groups.append([p])
    return groups


def list_difference(a: list[dict[str, Any]], b: list[dict[str, Any]], by: str | None, full: bool) -> str | None:
    """How two result lists differ, given what they are ordered by: "score", "order" or, for ids, None.

    full says that both lists hold everything there is, so even the last group of ties
    must have the same members; a cut or an offset may pick any of a group.
    """
    if len(a) != len(b):
        return f"{len(a)} points, not {len(b)}"
    for x, y in zip(a, b):
        if not close(x.get("score", 0.0), y.get("score", 0.0)):
            return f"score at {x['id']} / {y['id']}: {x.get('score')} / {y.get('score')}"
        if by == "order" and ("order" not in x or "order" not in y or not close(x["order"], y["order"])):
            return f"order value at {x['id']} / {y['id']}: {x.get('order')} / {y.get('order')}"
    at = 0
    groups = tie_groups(a, by) if by else [[x] for x in a]
    for i, group in enumerate(groups):
        theirs = b[at : at + len(group)]
        at += len(group)
        at_a_cut = by and i in (0, len(groups) - 1) and not full
        if not at_a_cut and sorted(str(x["id"]) for x in group) != sorted(str(y["id"]) for y in theirs):
            return f"ids at rank {at - len(group)}: {[x['id'] for x in group]} / {[y['id'] for y in theirs]}"
    bodies = {y["id"]: y for y in b}
    for x in a:
        if x["id"] in bodies and (found := body_difference(x, bodies[x["id"]])):
            return found
    return None


def ordered_by(query: Any) -> str | None:
    if query is None:
        return None
    return "order" if isinstance(query, m.OrderByQuery) else "score"


def is_full(points: list[Any], limit: int | None, offset: int | None) -> bool:
    return len(points) < (10 if limit is None else limit) and not offset


def difference(call: Call, a: Answer, b: Answer) -> str | None:
    """How the answers of two sides differ; None when they agree."""
    if a.kind != b.kind:
        return f"{a.kind} / {b.kind}"
    if a.kind != OK:
        return None
    args = call.args
    if call.op == "count":
        return None if a.value == b.value else f"count {a.value} / {b.value}"
    if call.op == "query_points":
        full = is_full(a.value, args.get("limit"), args.get("offset"))
        return list_difference(a.value, b.value, ordered_by(args.get("query")), full)
    if call.op == "query_batch_points":
        for i, (x, y, r) in enumerate(zip(a.value, b.value, args["requests"])):
            if found := list_difference(x, y, ordered_by(r.query), is_full(x, r.limit, r.offset)):
                return f"query {i}: {found}"
        return None if len(a.value) == len(b.value) else "number of responses"
    if call.op == "scroll":
        if a.value["next"] != b.value["next"]:
            return f"next page {a.value['next']} / {b.value['next']}"
        x, y = a.value["points"], b.value["points"]
        by = None if args.get("order_by") is None else "order"
        return list_difference(x, y, by, len(x) < args["limit"])
    if call.op == "retrieve":
        return list_difference(a.value, b.value, None, True)
    return None


def state_difference(a: dict[Any, Any], b: dict[Any, Any]) -> tuple[str, list[Any]] | None:
    """How two states of a collection differ, and the ids that do."""
    missing = [i for i in a.keys() | b.keys() if i not in a or i not in b]
    differing = [(i, d) for i in a.keys() & b.keys() if (d := body_difference(a[i], b[i]))]
    if not missing and not differing:
        return None
    first = f"ids {missing[:5]}" if missing else differing[0][1]
    return f"state after: {first}", missing + [i for i, _ in differing]
