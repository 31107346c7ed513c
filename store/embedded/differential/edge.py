"""The reference side: Qdrant's own engine in process, one shard, exact, unquantised.

qdrant_edge is the engine below Qdrant's API layer. What that layer does to a request
before the engine sees it is done here: validation, and the look-up of vectors by id.
"""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import qdrant_edge as q
from qdrant_client.http import models as m

import edge_types as t
from calls import CRASH, INVALID, NOT_FOUND, OK, Answer, Call, plain_point, point_id
from payloads import INDEXABLE
from world import World


class Refused(Exception):
    """The API layer's refusal of a request."""

    def __init__(self, kind: str, message: str):
        super().__init__(message)
        self.kind = kind


class EdgeSide:
    label = "edge"

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(prefix="differential", dir=memory if memory.is_dir() else None))
        self.shards = 0
        self.shard: q.EdgeShard | None = None
        self.stale = False

    def close(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, w: World) -> None:
        dense: Any = {n: q.EdgeVectorParams(size, t.DISTANCES[distance]) for n, (size, distance) in w.dense.items()}
        if list(dense) == [""]:
            dense = dense[""]
        sparse = {n: q.EdgeSparseVectorParams(modifier=q.Modifier.Idf if idf else None) for n, idf in w.sparse.items()}
        self.shards += 1
        config = q.EdgeConfig(vectors=dense, sparse_vectors=sparse, wal_enabled=False, max_search_threads=1)
        self.shard = q.EdgeShard.create(str(self.folder / str(self.shards)), config)
        self.stale = False

    def drop(self, w: World) -> None:
        self.shard.close()
        shutil.rmtree(self.folder / str(self.shards), ignore_errors=True)

    def rebuild(self, w: World) -> None:
        """A fresh shard of the same points.

        The sparse index of a shard that is written to keeps the postings of deleted vectors:
        they count in IDF, and may hide a vector that is written again.
        """
        records = self.records()
        self.drop(w)
        self.create(w)
        self.shard.update(q.UpdateOperation.upsert_points([q.Point(r.id, r.vector or {}, r.payload) for r in records]))
        for name in w.indexed:
            self.shard.update(q.UpdateOperation.create_field_index(name, t.SCHEMAS[m.PayloadSchemaType(INDEXABLE[name])]))

    def records(self) -> list[Any]:
        return self.shard.scroll(q.ScrollRequest(limit=100000, with_payload=True, with_vector=True))[0]

    def state(self, w: World) -> dict[Any, dict[str, Any]]:
        return {point_id(r.id): plain_point(r) for r in self.records()}

    def run(self, w: World, call: Call) -> Answer:
        try:
            if self.stale and not call.is_update and w.sparse:
                self.rebuild(w)
            self.stale = self.stale or call.is_update
            return Answer(OK, getattr(self, call.op)(w, **call.args))
        except Refused as error:
            return Answer(error.kind, message=str(error))
        except (ValueError, TypeError) as error:
            return Answer(INVALID, message=f"{type(error).__name__}: {error}")
        except BaseException as error:  # the binding raises bare Exceptions, and panics outside Exception
            if isinstance(error, (KeyboardInterrupt, SystemExit)):
                raise
            if "No point with id" in str(error):
                return Answer(NOT_FOUND, message=str(error))
            return Answer(INVALID if type(error) is Exception else CRASH, message=f"{type(error).__name__}: {error}")

    # Reads.

    def check_vector(self, v: Any) -> None:
        if isinstance(v, m.SparseVector):
            if len(v.indices) != len(v.values):
                raise Refused(INVALID, "values: must be the same length as indices")
            if len(set(v.indices)) != len(v.indices):
                raise Refused(INVALID, "indices: must be unique")

    def resolve(self, query: Any, using: str | None, taken: set[Any]) -> Any:
        """The query with an id replaced by that point's vector; the id is added to taken."""
        if not isinstance(query, m.NearestQuery) or not isinstance(query.nearest, (int, str)):
            if isinstance(query, m.NearestQuery):
                self.check_vector(query.nearest)
            return query
        found = self.shard.retrieve([query.nearest], False, True)
        if not found:
            raise Refused(NOT_FOUND, f"No point with id {query.nearest} found")
        vectors = found[0].vector
        if not isinstance(vectors, dict):  # a point with the unnamed vector only
            vectors = {"": vectors}
        vector = vectors.get(using or "")
        if vector is None:
            raise Refused(NOT_FOUND, f"Vector with name {using!r} for point not found")
        taken.add(query.nearest)
        return m.NearestQuery(nearest=m.SparseVector(indices=vector.indices, values=vector.values) if hasattr(vector, "indices") else vector)

    def check_stage(self, stage: Any, taken: set[Any]) -> Any:
        """A request or prefetch as the API layer passes it on."""
        if stage.limit == 0:
            raise Refused(INVALID, "limit: value 0 invalid, must be 1 or larger")
        query = stage.query
        inner = [self.check_stage(p, taken) for p in t.prefetches(stage)]
        if inner and query is None:
            raise Refused(INVALID, "A query is needed to merge the prefetches.")
        if stage.score_threshold is not None and (query is None or isinstance(query, m.OrderByQuery)):
            raise Refused(INVALID, "Can't use score_threshold here.")
        if isinstance(query, (m.FusionQuery, m.RrfQuery)) and stage.using:
            raise Refused(INVALID, "Fusion queries cannot be combined with the 'using' field.")
        if isinstance(query, m.RrfQuery) and query.rrf.k == 0:
            raise Refused(INVALID, "rrf.k: value 0 invalid, must be 1 or larger")
        return stage.model_copy(update={"query": self.resolve(query, stage.using, taken), "prefetch": inner or None})

    def request(self, r: m.QueryRequest) -> q.QueryRequest:
        taken: set[Any] = set()
        r = self.check_stage(r, taken)
        main = r.filter
        if taken:
            main = t.merged(m.Filter(must_not=[m.HasIdCondition(has_id=list(taken))]), main)
        return q.QueryRequest(
            limit=10 if r.limit is None else r.limit, offset=r.offset or 0, query=t.scoring(r.query, r.using),
            prefetches=[t.prefetch(p) for p in t.prefetches(r)], filter=t.some_filter(main), score_threshold=r.score_threshold,
            with_payload=t.with_payload(r.with_payload), with_vector=r.with_vector)

    def query_points(self, w: World, **args: Any) -> Any:
        args = dict(args)
        args["filter"], args["with_vector"] = args.pop("query_filter", None), args.pop("with_vectors", False)
        args.setdefault("with_payload", True)
        return [plain_point(p) for p in self.shard.query(self.request(m.QueryRequest(**args)))]

    def query_batch_points(self, w: World, requests: list[m.QueryRequest]) -> Any:
        converted = [self.request(r) for r in requests]
        return [[plain_point(p) for p in self.shard.query(r)] for r in converted]

    def scroll(self, w: World, scroll_filter: Any = None, limit: int = 10, order_by: Any = None, offset: Any = None,
               with_payload: Any = True, with_vectors: Any = False) -> Any:
        request = q.ScrollRequest(
            offset=offset, limit=limit, filter=t.some_filter(scroll_filter), with_payload=t.with_payload(with_payload),
            with_vector=with_vectors, order_by=None if order_by is None else t.order_by(order_by))
        points, after = self.shard.scroll(request)
        return {"points": [plain_point(p) for p in points], "next": None if after is None else point_id(after)}

    def count(self, w: World, count_filter: Any = None, exact: bool = True) -> int:
        return self.shard.count(q.CountRequest(exact=exact, filter=t.some_filter(count_filter)))

    def retrieve(self, w: World, ids: list[Any], with_payload: Any = True, with_vectors: Any = False) -> Any:
        return [plain_point(p) for p in self.shard.retrieve(ids, t.with_payload(with_payload), with_vectors)]

    # Writes.

    def apply(self, operation: q.UpdateOperation) -> None:
        self.shard.update(operation)

    def check_vectors(self, vectors: Any) -> None:
        for v in vectors.values() if isinstance(vectors, dict) else []:
            self.check_vector(v)

    def upsert(self, w: World, points: list[m.PointStruct], update_filter: Any = None, update_mode: Any = None) -> None:
        for p in points:
            self.check_vectors(p.vector)
        listed = [q.Point(p.id, t.vectors(p.vector), p.payload) for p in points]
        self.apply(q.UpdateOperation.upsert_points(listed, t.some_filter(update_filter), t.MODES.get(update_mode)))

    def by(self, name: str, selector: Any, *args: Any, **more: Any) -> None:
        """The operation over ids, or its namesake over a filter."""
        if isinstance(selector, m.FilterSelector):
            selector = selector.filter
        if isinstance(selector, m.Filter):
            self.apply(getattr(q.UpdateOperation, name + "_by_filter")(t.some_filter(selector), *args, **more))
        else:
            ids = selector.points if isinstance(selector, m.PointIdsList) else selector
            self.apply(getattr(q.UpdateOperation, name)(ids, *args, **more))

    def delete(self, w: World, points_selector: Any) -> None:
        self.by("delete_points", points_selector)

    def set_payload(self, w: World, payload: Any, points: Any, key: str | None = None) -> None:
        self.by("set_payload", points, payload, key=key)

    def overwrite_payload(self, w: World, payload: Any, points: Any) -> None:
        self.by("overwrite_payload", points, payload)

    def delete_payload(self, w: World, keys: list[str], points: Any) -> None:
        self.by("delete_payload", points, keys)

    def clear_payload(self, w: World, points_selector: Any) -> None:
        # Overwriting with nothing: after its own clear the engine keeps the nulls of the
        # next set_payload, which nothing else does.
        self.by("overwrite_payload", points_selector, {})

    def update_vectors(self, w: World, points: list[m.PointVectors], update_filter: Any = None) -> None:
        for p in points:
            self.check_vectors(p.vector)
        listed = [q.PointVectors(p.id, t.vectors(p.vector)) for p in points]
        self.apply(q.UpdateOperation.update_vectors(listed, t.some_filter(update_filter)))

    def delete_vectors(self, w: World, vectors: list[str], points: Any) -> None:
        self.by("delete_vectors", points, vectors)

    def create_payload_index(self, w: World, field_name: str, field_schema: Any) -> None:
        self.apply(q.UpdateOperation.create_field_index(field_name, t.SCHEMAS[field_schema]))

    def delete_payload_index(self, w: World, field_name: str) -> None:
        self.apply(q.UpdateOperation.delete_field_index(field_name))

    def batch_update_points(self, w: World, update_operations: list[Any]) -> None:
        for one in update_operations:
            name = next(iter(type(one).model_fields))
            body = getattr(one, name)
            if name in ("upsert", "update_vectors"):
                getattr(self, name)(w, body.points)
            elif name in ("set_payload", "overwrite_payload"):
                getattr(self, name)(w, body.payload, body.points)
            elif name == "delete_payload":
                self.delete_payload(w, body.keys, body.points)
            else:
                getattr(self, name)(w, body)
