"""The words the sides talk in: a call, an answer, and their JSON forms.

A call names a method of the official high-level client and its arguments as that
client's models, so a failing case can be pasted into a Python shell as it is.
"""

import json
import math
import uuid
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

OK = "ok"
INVALID = "invalid"
NOT_FOUND = "not found"
EXISTS = "already exists"
UNSUPPORTED = "unsupported"
CRASH = "crash"


@dataclass
class Call:
    """One operation on one collection."""

    op: str
    args: dict[str, Any]
    # What the generator knows about the call and a rule of accepted.py may ask for.
    tags: set[str] = field(default_factory=set)

    @property
    def is_update(self) -> bool:
        return self.op not in ("query_points", "query_batch_points", "scroll", "count", "retrieve")


@dataclass
class Answer:
    """What a side said: a kind, and a value (on OK) or a message (otherwise)."""

    kind: str
    value: Any = None
    message: str = ""


def plain(value: Any) -> Any:
    """The value as JSON types, for printing."""
    if isinstance(value, BaseModel):
        return {k: plain(v) for k, v in value.__dict__.items() if v is not None}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(v) for v in value), key=str)
    if isinstance(value, Call):
        return {"op": value.op, "args": plain(value.args)}
    if isinstance(value, Answer):
        return {k: v for k, v in (("kind", value.kind), ("value", plain(value.value)), ("message", value.message)) if v not in (None, "")}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    return str(value)


def dump(value: Any) -> str:
    return json.dumps(plain(value), ensure_ascii=False)


def point_id(value: Any) -> Any:
    """An id as an int or as a lower-case hyphenated UUID string."""
    if isinstance(value, int):
        return value
    return str(value if isinstance(value, uuid.UUID) else uuid.UUID(value))


def plain_vector(vector: Any) -> Any:
    """Vectors by name; the unnamed one under ""; sparse as {index: value}."""
    if vector is None:
        return {}
    if not isinstance(vector, dict):
        return {"": list(vector)}
    return {n: {"indices": list(v.indices), "values": list(v.values)} if hasattr(v, "indices") else list(v) for n, v in vector.items()}


def plain_point(p: Any) -> dict[str, Any]:
    """A record or a scored point of either library."""
    out = {"id": point_id(p.id), "payload": p.payload, "vector": plain_vector(p.vector)}
    if getattr(p, "score", None) is not None:
        out["score"] = p.score
    if getattr(p, "order_value", None) is not None:
        out["order"] = p.order_value
    return out


def brief(answer: Answer) -> Any:
    """The answer with ids and scores only."""
    if answer.kind != OK:
        return {"kind": answer.kind, "message": answer.message[:300]}

    def shorten(value: Any) -> Any:
        if isinstance(value, dict) and "id" in value:
            return [value["id"], *(value[k] for k in ("score", "order") if k in value)]
        if isinstance(value, dict):
            return {k: shorten(v) for k, v in value.items()}
        if isinstance(value, list):
            return [shorten(v) for v in value]
        return value

    return shorten(answer.value)


def bodies(answer: Answer, chosen: Any) -> list[Any]:
    """The points of the answer with this id, whole."""
    found = []

    def walk(value: Any) -> None:
        if isinstance(value, dict) and "id" in value:
            if str(value["id"]) == str(chosen):
                found.append(value)
        elif isinstance(value, (list, dict)):
            for v in value.values() if isinstance(value, dict) else value:
                walk(v)

    walk(answer.value)
    return found
