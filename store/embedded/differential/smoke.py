"""Every operation once, against what Qdrant's source says the answer is.

The collections, aliases and snapshots of Qdrant live above qdrant_edge, so there is no
second engine to ask: the expected answers are written here. The same steps run on local
mode, and those where local mode is known to differ carry the reason.
"""

from dataclasses import dataclass
from typing import Any, Callable

from qdrant_client import grpc as raw
from qdrant_client.http import models as m

from calls import EXISTS, INVALID, NOT_FOUND, OK, UNSUPPORTED, dump, plain_vector
from clients import failure

A, B, ALIAS, OTHER = "smoke a", "smoke_b", "smoke alias", "smoke other"


@dataclass
class Step:
    name: str
    run: Callable[[Any], Any]
    expect: Any = None  # the value on OK; None takes any value
    kind: str = OK
    local: str = ""  # why local mode is not asked, if it is not


STEPS: list[Step] = []


def step(name: str, run: Callable[[Any], Any], expect: Any = None, kind: str = OK, local: str = "") -> None:
    STEPS.append(Step(name, run, expect, kind, local))


RAW = "local mode has no gRPC"
LENIENT = "local mode does not check this"


def vectors() -> dict[str, m.VectorParams]:
    named = {"c": m.Distance.COSINE, "d": m.Distance.DOT, "e": m.Distance.EUCLID, "h": m.Distance.MANHATTAN}
    return {n: m.VectorParams(size=2, distance=distance) for n, distance in named.items()}


def sparse() -> dict[str, m.SparseVectorParams]:
    return {"s": m.SparseVectorParams(), "t": m.SparseVectorParams(modifier=m.Modifier.IDF)}


def alias(*operations: Any) -> Callable[[Any], Any]:
    return lambda c: c.update_collection_aliases(change_aliases_operations=list(operations))


def make_alias(collection: str, name: str) -> m.CreateAliasOperation:
    return m.CreateAliasOperation(create_alias=m.CreateAlias(collection_name=collection, alias_name=name))


def rename(old: str, new: str) -> m.RenameAliasOperation:
    return m.RenameAliasOperation(rename_alias=m.RenameAlias(old_alias_name=old, new_alias_name=new))


def drop(name: str) -> m.DeleteAliasOperation:
    return m.DeleteAliasOperation(delete_alias=m.DeleteAlias(alias_name=name))


def ids(points: Any) -> list[Any]:
    return [p.id for p in points]


# Collections.

step("create collection", lambda c: c.create_collection(A, vectors_config=vectors(), sparse_vectors_config=sparse()), True)
step("create again", lambda c: c.create_collection(A, vectors_config=vectors()), kind=EXISTS)
step("create with unnamed vector", lambda c: c.create_collection(B, vectors_config=m.VectorParams(size=3, distance=m.Distance.DOT)), True)
step("create with size 0", lambda c: c.create_collection(OTHER, vectors_config=m.VectorParams.model_construct(size=0, distance=m.Distance.DOT)), kind=INVALID, local=LENIENT)
step("create with an empty name", lambda c: c.create_collection("", vectors_config=vectors()), kind=INVALID, local=LENIENT)
step("create with a slash", lambda c: c.create_collection("a/b", vectors_config=vectors()), kind=INVALID, local=LENIENT)
step("exists", lambda c: [c.collection_exists(n) for n in (A, B, OTHER)], [True, True, False])
step("list", lambda c: sorted(d.name for d in c.get_collections().collections if d.name.startswith("smoke")), [A, B])
step("info: vectors", lambda c: {n: [p.size, p.distance.value] for n, p in c.get_collection(A).config.params.vectors.items()},
     {"c": [2, "Cosine"], "d": [2, "Dot"], "e": [2, "Euclid"], "h": [2, "Manhattan"]})
step("info: unnamed vector", lambda c: [c.get_collection(B).config.params.vectors.size, c.get_collection(B).config.params.vectors.distance.value], [3, "Dot"])
step("info: sparse", lambda c: {n: p.modifier.value if p.modifier else None for n, p in c.get_collection(A).config.params.sparse_vectors.items()}, {"s": None, "t": "idf"}, local=LENIENT)
step("info: status", lambda c: [c.get_collection(A).status.value, c.get_collection(A).points_count], ["green", 0])
step("info of none", lambda c: c.get_collection(OTHER), kind=NOT_FOUND)
step("update collection", lambda c: c.update_collection(A, hnsw_config=m.HnswConfigDiff(m=8), optimizers_config=m.OptimizersConfigDiff(indexing_threshold=0)), True, local="local mode answers false")
step("update a vector", lambda c: c.update_collection(A, vectors_config={"c": m.VectorParamsDiff(on_disk=False)}), True, local="local mode answers false")
step("update an unknown vector", lambda c: c.update_collection(A, vectors_config={"absent": m.VectorParamsDiff(on_disk=True)}), kind=INVALID, local=LENIENT)
step("update none", lambda c: c.update_collection(OTHER, hnsw_config=m.HnswConfigDiff(m=8)), kind=NOT_FOUND)
step("delete none", lambda c: c.delete_collection(OTHER), False, local="local mode answers true")

# Aliases.

step("alias", alias(make_alias(A, ALIAS)), True)
step("alias of none", alias(make_alias(OTHER, "x")), kind=NOT_FOUND)
step("alias of an alias", alias(make_alias(ALIAS, "x")), kind=NOT_FOUND, local=LENIENT)
step("alias named as a collection", alias(make_alias(A, B)), kind=EXISTS, local=LENIENT)
step("collection named as an alias", lambda c: c.create_collection(ALIAS, vectors_config=vectors()), kind=INVALID, local=LENIENT)
step("exists by alias", lambda c: c.collection_exists(ALIAS), True)
step("info by alias", lambda c: c.get_collection(ALIAS).points_count, 0)
step("aliases of a collection", lambda c: [a.alias_name for a in c.get_collection_aliases(A).aliases], [ALIAS])
step("aliases of none", lambda c: c.get_collection_aliases(OTHER).aliases, [])
step("all aliases", lambda c: [[a.alias_name, a.collection_name] for a in c.get_aliases().aliases if a.alias_name.startswith("smoke")], [[ALIAS, A]])
step("alias repointed", alias(make_alias(B, ALIAS)), True)
step("alias now of", lambda c: [a.collection_name for a in c.get_aliases().aliases if a.alias_name == ALIAS], [B])
step("rename alias", alias(rename(ALIAS, "smoke new")), True)
step("rename none", alias(rename("smoke none", "x")), kind=NOT_FOUND, local="local mode calls it invalid")
step("delete alias of none", alias(drop("smoke none")), True, local="local mode refuses")
step("aliases in one go", alias(drop("smoke new"), make_alias(A, ALIAS), make_alias(B, "smoke_b alias")), True)
step("delete by alias", lambda c: c.delete_collection(ALIAS), False, local="local mode deletes what the alias names")
step("aliased still exists", lambda c: c.collection_exists(A), True)

# Points.


def some_points() -> list[m.PointStruct]:
    out = []
    for i in range(1, 6):
        vector = {n: [float(i), 1.0] for n in "cdeh"}
        vector["s"] = vector["t"] = m.SparseVector(indices=[i, 100], values=[1.0, 0.5 * i])
        out.append(m.PointStruct(id=i, vector=vector, payload={"n": i, "k": "ab"[i % 2], "o": {"x": i}, "list": [i, i + 1]}))
    return out


SOME_ID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
NEAR = {"query": [1.0, 0.0], "using": "d"}
EVEN = m.Filter(must=[m.FieldCondition(key="k", match=m.MatchValue(value="a"))])


def got(c: Any, i: Any = 1) -> Any:
    return c.retrieve(A, ids=[i], with_payload=True)[0].payload


step("upsert by alias", lambda c: c.upsert(ALIAS, points=some_points()).status.value, "completed")
step("upsert with a UUID", lambda c: c.upsert(A, points=[m.PointStruct(id=SOME_ID.upper(), vector={}, payload={})]).status.value, "completed")
step("the UUID comes back", lambda c: ids(c.retrieve(A, ids=[SOME_ID])), [SOME_ID])
step("upsert of nothing known", lambda c: c.upsert(OTHER, points=some_points()), kind=NOT_FOUND)
step("count", lambda c: c.count(A).count, 6)
step("count of a filter", lambda c: c.count(A, count_filter=EVEN).count, 2)
step("scroll pages", lambda c: [[ids(p), after] for p, after in [c.scroll(A, limit=4), c.scroll(A, limit=4, offset=5)]], [[[1, 2, 3, 4], 5], [[5, SOME_ID], None]])
step("query by alias", lambda c: ids(c.query_points(ALIAS, limit=2, **NEAR).points), [5, 4])
step("query without query", lambda c: ids(c.query_points(A, limit=3).points), [1, 2, 3])
step("query by id", lambda c: ids(c.query_points(A, query=5, using="d", limit=2).points), [4, 3])
step("query of nothing known", lambda c: c.query_points(OTHER, **NEAR), kind=NOT_FOUND)
step("query batch", lambda c: [ids(r.points) for r in c.query_batch_points(A, requests=[m.QueryRequest(query=[1.0, 0.0], using=n, limit=1) for n in "cdeh"])], [[5], [5], [1], [1]])
step("fusion", lambda c: ids(c.query_points(A, prefetch=[m.Prefetch(query=[1.0, 0.0], using="d", limit=2), m.Prefetch(query=m.SparseVector(indices=[4], values=[1.0]), using="t")],
     query=m.RrfQuery(rrf=m.Rrf(k=2, weights=[1.0, 3.0]))).points), [4, 5])
step("formula", lambda c: ids(c.query_points(A, prefetch=m.Prefetch(query=[1.0, 0.0], using="d"), query=m.FormulaQuery(formula=m.NegExpression(neg="n")), limit=2).points), [1, 2])
step("formula without a value", lambda c: c.query_points(A, prefetch=m.Prefetch(query=[1.0, 0.0], using="d"), query=m.FormulaQuery(formula="absent")), kind=INVALID)
step("set payload", lambda c: c.set_payload(A, payload={"new": 1, "k": None}, points=[1]).status.value, "completed")
step("payload is set", lambda c: got(c), {"n": 1, "o": {"x": 1}, "list": [1, 2], "new": 1})
step("set payload at a key", lambda c: c.set_payload(A, payload={"y": 2}, points=[1], key="o").status.value, "completed")
step("set payload of no point", lambda c: c.set_payload(A, payload={"y": 2}, points=[99]), kind=NOT_FOUND, local="local mode raises KeyError")
step("delete payload", lambda c: c.delete_payload(A, keys=["list[]", "o.x"], points=m.Filter(must=[m.HasIdCondition(has_id=[1])])).status.value, "completed")
step("payload is less", lambda c: got(c), {"n": 1, "o": {"y": 2}, "list": [], "new": 1})
step("overwrite payload", lambda c: c.overwrite_payload(A, payload={"n": 7, "z": None}, points=[1]).status.value, "completed")
step("payload is new", lambda c: got(c), {"n": 7, "z": None})
step("clear payload", lambda c: c.clear_payload(A, points_selector=[1]).status.value, "completed")
step("payload is none", lambda c: got(c), {})
step("update vectors", lambda c: c.update_vectors(A, points=[m.PointVectors(id=1, vector={"c": [3.0, 4.0]})]).status.value, "completed")
step("delete vectors", lambda c: c.delete_vectors(A, vectors=["s", "t", "e"], points=[1]).status.value, "completed")
step("vectors are", lambda c: {n: [round(x, 4) for x in v] for n, v in plain_vector(c.retrieve(A, ids=[1], with_vectors=True)[0].vector).items()},
     {"c": [0.6, 0.8], "d": [1.0, 1.0], "h": [1.0, 1.0]})
step("insert only", lambda c: c.upsert(A, points=[m.PointStruct(id=2, vector={}, payload={}), m.PointStruct(id=50, vector={}, payload={"n": 50})], update_mode=m.UpdateMode.INSERT_ONLY).status.value, "completed")
step("update only", lambda c: c.upsert(A, points=[m.PointStruct(id=51, vector={}, payload={}), m.PointStruct(id=50, vector={}, payload={"n": 51})], update_mode=m.UpdateMode.UPDATE_ONLY).status.value, "completed")
step("modes did", lambda c: [got(c, 2)["n"], got(c, 50)["n"], len(c.retrieve(A, ids=[51]))], [2, 51, 0])
step("update batch", lambda c: len(c.batch_update_points(A, update_operations=[
    m.UpsertOperation(upsert=m.PointsList(points=[m.PointStruct(id=60, vector={"d": [9.0, 9.0]}, payload={"n": 60})])),
    m.SetPayloadOperation(set_payload=m.SetPayload(payload={"m": 1}, points=[60])),
    m.DeletePayloadOperation(delete_payload=m.DeletePayload(keys=["n"], points=[60])),
    m.UpdateVectorsOperation(update_vectors=m.UpdateVectors(points=[m.PointVectors(id=60, vector={"h": [1.0, 2.0]})])),
    m.DeleteVectorsOperation(delete_vectors=m.DeleteVectors(points=[60], vector=["d"])),
    m.OverwritePayloadOperation(overwrite_payload=m.SetPayload(payload={"q": 1}, points=[50])),
    m.ClearPayloadOperation(clear_payload=m.PointIdsList(points=[5])),
    m.DeleteOperation(delete=m.PointIdsList(points=[2])),
])), 8)
step("batch did", lambda c: [got(c, 60), got(c, 50), got(c, 5), len(c.retrieve(A, ids=[2]))], [{"m": 1}, {"q": 1}, {}, 0])
step("delete by filter", lambda c: c.delete(A, points_selector=EVEN).status.value, "completed")
step("delete by ids", lambda c: c.delete(A, points_selector=[50, 12345]).status.value, "completed")
step("left", lambda c: ids(c.scroll(A)[0]), [1, 3, 5, 60, SOME_ID])

# Payload indexes.

INDEXES = [s for s in m.PayloadSchemaType if s != m.PayloadSchemaType.TEXT]
for schema in INDEXES:
    step(f"index {schema.value}", lambda c, schema=schema: c.create_payload_index(A, field_name=f"f {schema.value}".replace(" ", "_"), field_schema=schema).status.value, "completed")
# Full-text indexes are the one kind the engine says it does not have (its package documentation).
step("index text", lambda c: c.create_payload_index(A, field_name="t", field_schema=m.PayloadSchemaType.TEXT), kind=UNSUPPORTED, local="local mode takes every kind")
step("index with parameters", lambda c: c.create_payload_index(A, field_name="n", field_schema=m.IntegerIndexParams(type="integer", lookup=True, range=True)).status.value, "completed")
step("schema", lambda c: sorted([n, s.data_type.value] for n, s in c.get_collection(A).payload_schema.items()),
     sorted([["n", "integer"], *([f"f_{s.value}", s.value] for s in INDEXES)]), local="local mode keeps no indexes")
step("index without a name", lambda c: c.create_payload_index(A, field_name="", field_schema="integer"), kind=INVALID, local=LENIENT)
step("index of nothing known", lambda c: c.create_payload_index(OTHER, field_name="n", field_schema="integer"), kind=NOT_FOUND, local=LENIENT)
step("scroll in order", lambda c: ids(c.scroll(A, order_by=m.OrderBy(key="n", direction=m.Direction.DESC))[0]), [3])
step("delete index", lambda c: c.delete_payload_index(A, field_name="n").status.value, "completed")
step("delete index of none", lambda c: c.delete_payload_index(A, field_name="absent").status.value, "completed")
step("order without index", lambda c: c.scroll(A, order_by="n"), kind=INVALID, local="local mode orders by any field")

# Snapshots.


def snapshot_names(c: Any) -> list[str]:
    return [s.name for s in c.list_snapshots(A)]


SNAPSHOTS = "local mode has no snapshots"
step("no snapshots", snapshot_names, [])
step("create snapshot", lambda c: c.create_snapshot(A).name in snapshot_names(c), True, local=SNAPSHOTS)
step("snapshot has a size", lambda c: c.list_snapshots(A)[0].size > 0, True, local=SNAPSHOTS)
step("delete snapshot", lambda c: c.delete_snapshot(A, snapshot_name=snapshot_names(c)[0]), True, local=SNAPSHOTS)
step("snapshot is gone", snapshot_names, [])
step("delete snapshot of none", lambda c: c.delete_snapshot(A, snapshot_name="absent"), kind=NOT_FOUND, local=SNAPSHOTS)
step("snapshot of nothing known", lambda c: c.create_snapshot(OTHER), kind=NOT_FOUND, local=SNAPSHOTS)
step("full snapshot", lambda c: (name := c.create_full_snapshot().name) in [s.name for s in c.list_full_snapshots()] and c.delete_full_snapshot(snapshot_name=name), True, local=SNAPSHOTS)
step("snapshot by stub", lambda c: c._client.grpc_snapshots.Create(raw.CreateSnapshotRequest(collection_name=A)).snapshot_description.size > 0, True, local=RAW)
step("snapshots by stub", lambda c: len(c._client.grpc_snapshots.List(raw.ListSnapshotsRequest(collection_name=A)).snapshot_descriptions), 1, local=RAW)

# Requests the high-level client cannot make, by the stubs.

health = lambda c: c._client.grpc_root.HealthCheck(raw.HealthCheckRequest())
step("health", lambda c: bool(health(c).title) and bool(health(c).version), True, local=RAW)


def points(method: str, **fields: Any) -> Callable[[Any], Any]:
    def send(c: Any) -> Any:
        stub = getattr(c.grpc_points, method)
        request = {"Query": raw.QueryPoints, "Scroll": raw.ScrollPoints, "Count": raw.CountPoints, "Delete": raw.DeletePoints, "Upsert": raw.UpsertPoints,
                   "UpdateBatch": raw.UpdateBatchPoints, "DeleteVectors": raw.DeletePointVectors, "SetPayload": raw.SetPayloadPoints, "QueryBatch": raw.QueryBatchPoints, "Get": raw.GetPoints}[method]
        return stub(request(collection_name=A, **fields))
    return send


bad_path = raw.Filter(must=[raw.Condition(field=raw.FieldCondition(key="a..b", match=raw.Match(integer=1)))])
no_match = raw.Filter(must=[raw.Condition(field=raw.FieldCondition(key="a", match=raw.Match()))])
no_count = raw.Filter(min_should=raw.MinShould(conditions=[raw.Condition(has_id=raw.HasIdCondition())], min_count=0))
open_ring = raw.GeoLineString(points=[raw.GeoPoint(lon=x, lat=y) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))])
open_polygon = raw.Filter(must=[raw.Condition(field=raw.FieldCondition(key="a", geo_polygon=raw.GeoPolygon(exterior=open_ring)))])
nearest = raw.Query(nearest=raw.VectorInput(dense=raw.DenseVector(data=[1.0, 0.0])))
for name, send in {
    "query: limit 0": points("Query", limit=0),
    "query: no variant": points("Query", query=raw.Query()),
    "query: no vector": points("Query", query=raw.Query(nearest=raw.VectorInput())),
    "query: prefetch limit 0": points("Query", prefetch=[raw.PrefetchQuery(query=nearest, using="d", limit=0)], query=raw.Query(fusion=raw.Fusion.RRF)),
    "query: rrf k 0": points("Query", prefetch=[raw.PrefetchQuery(query=nearest, using="d")], query=raw.Query(rrf=raw.Rrf(k=0))),
    "query: threshold with order_by": points("Query", query=raw.Query(order_by=raw.OrderBy(key="n")), score_threshold=1.0),
    "query: fusion with using": points("Query", prefetch=[raw.PrefetchQuery(query=nearest, using="d")], query=raw.Query(fusion=raw.Fusion.RRF), using="d"),
    "query batch: limit 0": points("QueryBatch", query_points=[raw.QueryPoints(collection_name=A, limit=0)]),
    "scroll: limit 0": points("Scroll", limit=0),
    "scroll: offset with order_by": points("Scroll", offset=raw.PointId(num=1), order_by=raw.OrderBy(key="f_integer")),
    "count: bad path": points("Count", filter=bad_path),
    "count: empty match": points("Count", filter=no_match),
    "count: min_count 0": points("Count", filter=no_count),
    "count: open polygon": points("Count", filter=open_polygon),
    "get: bad uuid": points("Get", ids=[raw.PointId(uuid="not a uuid")]),
    "get: no id": points("Get", ids=[raw.PointId()]),
    "delete: no selector": points("Delete"),
    "delete vectors: no names": points("DeleteVectors", points_selector=raw.PointsSelector(points=raw.PointsIdsList(ids=[raw.PointId(num=1)]))),
    "set payload: no selector": points("SetPayload", payload={"a": raw.Value(integer_value=1)}),
    "upsert: no id": points("Upsert", points=[raw.PointStruct(vectors=raw.Vectors(vectors=raw.NamedVectors()))]),
    "upsert: NaN in payload": points("Upsert", points=[raw.PointStruct(id=raw.PointId(num=1), vectors=raw.Vectors(vectors=raw.NamedVectors()), payload={"a": raw.Value(double_value=float("nan"))})]),
    "update batch: nothing": points("UpdateBatch"),
}.items():
    step(name, send, kind=INVALID, local=RAW)
step("delete vectors by ids", points("DeleteVectors", points_selector=raw.PointsSelector(points=raw.PointsIdsList(ids=[raw.PointId(num=1)])), vectors=raw.VectorsSelector(names=["h"])), local=RAW)
step("get has payload by default", lambda c: len(points("Get", ids=[raw.PointId(num=3)])(c).result[0].payload) > 0, True, local=RAW)
step("query has none by default", lambda c: len(points("Query")(c).result[1].payload), 0, local=RAW)
step("scroll has payload by default", lambda c: len(points("Scroll")(c).result[1].payload) > 0, True, local=RAW)

# The end.

step("delete collection", lambda c: [c.delete_collection(A), c.delete_collection(B)], [True, True])
step("its aliases are gone", lambda c: [a.alias_name for a in c.get_aliases().aliases if a.alias_name.startswith("smoke")], [])


def run(client: Any, is_local: bool) -> tuple[int, list[str], list[str]]:
    """Runs the steps; returns how many ran, the failures, and the steps not asked of local mode."""
    for name in (A, B, OTHER):  # of a run that was stopped
        client.delete_collection(name)
    count, failures, skipped = 0, [], []
    for s in STEPS:
        if is_local and s.local:
            skipped.append(f"{s.name}: {s.local}")
            continue
        count += 1
        try:
            kind, value, message = OK, s.run(client), ""
        except Exception as error:
            answer = failure(error)
            kind, value, message = answer.kind, None, answer.message
        if kind != s.kind or (s.expect is not None and value != s.expect):
            failures.append(f"SMOKE {s.name}: {kind} {message[:300]} {dump(value) if kind == OK else ''}; expected {s.kind} {dump(s.expect)}")
    return count, failures, skipped
