"""Random writes: points, payload, vectors, payload indexes, and batches of them."""

import random
from typing import Any

from calls import Call
from filters import some_filter
from payloads import INDEXABLE, payload
from qdrant_client.http import models as m
from world import World, dense_vector, new_id, point, sparse_vector, vectors

# Where set_payload may write through `key`; none of these is an indexable field of payloads.py.
SET_KEYS = ["o.d", "o.d.e", "o", "items[]", "items[0]", "items[].in", "items[9]", "m", "m.a", "m[]", "m[0]", "m[].b", "new.deep", "new[]", "ключ.x", '"a.b"']
DELETE_KEYS = ["i", "k", "o", "o.t", "o.d.e", "items", "items[].n", "items[]", "items[0]", "items[0].t", "items[].in[].x", "m", "m.a", "m[]", "m[].a", "ks[]", '"a.b"', "absent", "o.n"]


def known_ids(r: random.Random, w: World, most: int = 6) -> list[Any]:
    return r.sample(w.ids, min(len(w.ids), r.randrange(1, most + 1))) if w.ids else [1]


def selector(r: random.Random, w: World) -> tuple[Any, set[str]]:
    """Points by ids, sometimes one of them missing, or by a narrow filter."""
    kind = r.random()
    if kind < 0.6:
        return known_ids(r, w), set()
    if kind < 0.66:
        return known_ids(r, w, 3) + [888888], {"missing id"}
    narrow = m.HasIdCondition(has_id=known_ids(r, w, 20))
    inner = some_filter(r, 1, w.ids, w.vector_names)
    return m.Filter(must=[narrow, inner]), set()


def body(r: random.Random, w: World) -> dict[str, Any]:
    chosen = payload(r)
    keys = r.sample(list(chosen), min(len(chosen), r.randrange(4)))
    out = {k: chosen[k] for k in keys}
    if r.random() < 0.25:
        out[r.choice(["i", "m", "o", "ключ", "absent"])] = None
    return out


def point_vectors(r: random.Random, w: World, missing: bool) -> list[m.PointVectors]:
    out = []
    for i in known_ids(r, w, 4) + ([888888] if missing else []):
        vector = vectors(r, w, 0.5)
        if isinstance(vector, dict) and not vector:
            vector = vectors(r, w, 1.0)
        out.append(m.PointVectors(id=i, vector=vector))
    return out


def wrong_upsert(r: random.Random, w: World) -> list[m.PointStruct]:
    bad: list[Any] = [{"absent": [1.0, 2.0]}]
    for name, (size, _) in w.dense.items():
        bad += [{name: dense_vector(r, size + 1)}, {name: sparse_vector(r)}]
        if size > 1:
            bad.append({name: dense_vector(r, size - 1)})
    for name in w.sparse:
        bad += [{name: [1.0]}, {name: m.SparseVector(indices=[1, 1], values=[1.0, 1.0])}, {name: m.SparseVector(indices=[1], values=[])}]
    return [m.PointStruct(id=new_id(r), vector=r.choice(bad), payload={"i": 1})]


def write(r: random.Random, w: World) -> Call:
    kind = r.random()
    if kind < 0.03:
        return Call("upsert", {"points": wrong_upsert(r, w)}, {"wrong"})
    if kind < 0.3:
        points = [point(r, w, r.choice(w.ids) if w.ids and r.random() < 0.5 else None) for _ in range(r.randrange(1, 7))]
        args: dict[str, Any] = {"points": points}
        if r.random() < 0.2:
            args["update_mode"] = r.choice([m.UpdateMode.UPSERT, m.UpdateMode.INSERT_ONLY, m.UpdateMode.UPDATE_ONLY])
        if r.random() < 0.15:
            args["update_filter"] = some_filter(r, 1, w.ids, w.vector_names)
        return Call("upsert", args)
    if kind < 0.36:
        chosen, tags = selector(r, w)
        return Call("delete", {"points_selector": m.FilterSelector(filter=chosen) if isinstance(chosen, m.Filter) else m.PointIdsList(points=chosen)}, tags)
    if kind < 0.54:
        chosen, tags = selector(r, w)
        key = r.choice(SET_KEYS) if r.random() < 0.5 else None
        return Call("set_payload", {"payload": body(r, w), "points": chosen, "key": key}, tags)
    if kind < 0.6:
        chosen, tags = selector(r, w)
        return Call("overwrite_payload", {"payload": body(r, w), "points": chosen}, tags)
    if kind < 0.71:
        chosen, tags = selector(r, w)
        return Call("delete_payload", {"keys": r.sample(DELETE_KEYS, r.randrange(1, 4)), "points": chosen}, tags)
    if kind < 0.75:
        chosen, tags = selector(r, w)
        return Call("clear_payload", {"points_selector": chosen}, tags)
    if kind < 0.84 and w.vector_names:
        missing = r.random() < 0.08
        args = {"points": point_vectors(r, w, missing)}
        if r.random() < 0.15:
            args["update_filter"] = some_filter(r, 1, w.ids, w.vector_names)
        return Call("update_vectors", args, {"missing id"} if missing else set())
    if kind < 0.89 and w.vector_names:
        if r.random() < 0.07:
            return Call("delete_vectors", {"vectors": ["absent"], "points": known_ids(r, w)}, {"wrong"})
        chosen, tags = selector(r, w)
        names = r.sample(w.vector_names, r.randrange(1, len(w.vector_names) + 1))
        return Call("delete_vectors", {"vectors": names, "points": chosen}, tags)
    if kind < 0.95:
        field = r.choice(list(INDEXABLE))
        if field in w.indexed and r.random() < 0.5:
            return Call("delete_payload_index", {"field_name": field})
        return Call("create_payload_index", {"field_name": field, "field_schema": m.PayloadSchemaType(INDEXABLE[field])})
    return batch(r, w)


def batch(r: random.Random, w: World) -> Call:
    """batch_update_points over a few plain operations."""
    operations: list[Any] = []
    for _ in range(r.randrange(1, 5)):
        ids = known_ids(r, w, 3)
        operations.append(r.choice([
            lambda: m.UpsertOperation(upsert=m.PointsList(points=[point(r, w, r.choice([None, ids[0]]))])),
            lambda: m.SetPayloadOperation(set_payload=m.SetPayload(payload=body(r, w), points=ids)),
            lambda: m.OverwritePayloadOperation(overwrite_payload=m.SetPayload(payload=body(r, w), points=ids)),
            lambda: m.DeletePayloadOperation(delete_payload=m.DeletePayload(keys=r.sample(DELETE_KEYS, 2), points=ids)),
            lambda: m.ClearPayloadOperation(clear_payload=m.PointIdsList(points=ids)),
            lambda: m.UpdateVectorsOperation(update_vectors=m.UpdateVectors(points=point_vectors(r, w, False))),
            lambda: m.DeleteOperation(delete=m.PointIdsList(points=[999998])),
        ])())
    return Call("batch_update_points", {"update_operations": operations})
