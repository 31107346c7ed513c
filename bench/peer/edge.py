"""Answers for qdrant-edge-py what serve.go answers for the engines in Go; see protocol.go.

Arguments: the folder of the data, and the engine's own folder. Vectors are turned
into Python lists, and queries into the engine's types, before the clock starts.
"""

import array
import importlib.metadata
import json
import os
import struct
import sys
import time

DIMENSIONS, TERMS, QUESTIONS, REACH = 384, 60, 1000, 100
TERMS_BYTES = 4 + 8 * TERMS


def anonymous() -> int:
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon:"))


def rows(path: str, start: int, stop: int, size: int) -> list[bytes]:
    with open(path, "rb") as f:
        f.seek(start * size)
        raw = f.read((stop - start) * size)
    return [raw[i : i + size] for i in range(0, len(raw), size)]


def floats(raw: bytes) -> list[float]:
    return array.array("f", raw).tolist()


def terms(raw: bytes) -> tuple[list[int], list[float]]:
    (n,) = struct.unpack_from("<I", raw)
    return list(struct.unpack_from(f"<{n}I", raw, 4)), list(struct.unpack_from(f"<{n}f", raw, 4 + 4 * TERMS))


def texts(data: str, start: int, stop: int) -> list[dict]:
    offsets = [struct.unpack("<Q", r)[0] for r in rows(f"{data}/passages.u64", start, stop + 1, 8)]
    with open(f"{data}/passages.jsonl", "rb") as f:
        f.seek(offsets[0])
        return [json.loads(f.read(b - a)) for a, b in zip(offsets, offsets[1:])]


def tenants(i: int) -> list[str]:
    return ["all"] + ["tenth"] * (i % 10 == 0) + ["hundredth"] * (i % 100 == 0)


class Edge:
    def __init__(self, data: str, path: str):
        self.data = data
        self.dense = [floats(r) for r in rows(f"{data}/questions.f32", 0, QUESTIONS, 4 * DIMENSIONS)]
        self.terms = [terms(r) for r in rows(f"{data}/questions.bin", 0, QUESTIONS, TERMS_BYTES)]
        self.path = path

    def open(self) -> None:
        if os.path.isdir(self.path) and os.listdir(self.path):
            self.shard = q.EdgeShard.load(self.path)
            return
        os.makedirs(self.path, exist_ok=True)
        self.shard = q.EdgeShard.create(
            self.path,
            q.EdgeConfig(
                vectors={"dense": q.EdgeVectorParams(DIMENSIONS, q.Distance.Cosine)},
                sparse_vectors={"terms": q.EdgeSparseVectorParams(modifier=q.Modifier.Idf)},
                # No graph: the searches are exact, and building it takes minutes.
                hnsw_config=q.HnswIndexConfig(m=0, ef_construct=100, full_scan_threshold=10000),
            ),
        )
        self.shard.update(q.UpdateOperation.create_field_index("tenant", q.KeywordIndexParams(is_tenant=True)))

    def index(self, start: int, stop: int) -> list[int]:
        points = []
        for i, (vector, sparse, text) in enumerate(
            zip(
                rows(f"{self.data}/vectors.f32", start, stop, 4 * DIMENSIONS),
                rows(f"{self.data}/terms.bin", start, stop, TERMS_BYTES),
                texts(self.data, start, stop),
            ),
            start,
        ):
            vectors = {"dense": floats(vector), "terms": q.SparseVector(*terms(sparse))}
            points.append(q.Point(i, vectors, {"tenant": tenants(i), **text}))
        operation = q.UpdateOperation.upsert_points(points)
        begin = time.perf_counter_ns()
        self.shard.update(operation)
        self.shard.flush()
        return [time.perf_counter_ns() - begin]

    def optimize(self) -> list[int]:
        begin = time.perf_counter_ns()
        self.shard.optimize()
        self.shard.flush()
        return [time.perf_counter_ns() - begin]

    def query(self, kind: str, question: int, limit: int):
        exact = q.SearchParams(exact=True)
        dense = q.Query.Nearest(self.dense[question % QUESTIONS], using="dense")
        sparse = q.Query.Nearest(q.SparseVector(*self.terms[question % QUESTIONS]), using="terms")
        shown = {"with_payload": kind == "payload", "with_vector": False}
        if kind == "dense":
            return q.QueryRequest(limit=limit, query=dense, params=exact, **shown)
        if kind in ("hundredth", "tenth", "all"):
            tenant = q.Filter(must=[q.FieldCondition("tenant", match=q.MatchValue(kind))])
            return q.QueryRequest(limit=limit, query=dense, params=exact, filter=tenant, **shown)
        if kind == "sparse":
            return q.QueryRequest(limit=limit, query=sparse, **shown)
        if kind in ("hybrid", "payload"):
            halves = [q.Prefetch(limit=REACH, query=dense, params=exact), q.Prefetch(limit=REACH, query=sparse)]
            return q.QueryRequest(limit=limit, prefetches=halves, query=q.Fusion.Rrf(2), **shown)
        raise ValueError(f"no search is called {kind!r}")

    def search(self, kind: str, start: int, stop: int, limit: int) -> dict:
        nanos, ids = [], []
        for question in range(start, stop):
            request = self.query(kind, question, limit)
            begin = time.perf_counter_ns()
            found = self.shard.query(request)
            nanos.append(time.perf_counter_ns() - begin)
            ids.append([p.id for p in found])
        return {"nanos": nanos, "ids": ids}


def say(message: dict) -> None:
    print(json.dumps(message), flush=True)


try:
    import qdrant_edge as q

    edge = Edge(sys.argv[1], sys.argv[2])
    before = anonymous()
    begin = time.perf_counter_ns()
    edge.open()
    opened = time.perf_counter_ns() - begin
    say({"version": importlib.metadata.version("qdrant-edge-py"), "open_nanos": opened, "anon_before": before})
except Exception as error:  # whatever it is, the other side has to hear of it
    say({"error": f"{type(error).__name__}: {error}"})
    sys.exit(1)

for line in sys.stdin:
    r = json.loads(line)
    try:
        if r["do"] == "index":
            say({"nanos": edge.index(r["from"], r["to"])})
        elif r["do"] == "optimize":
            say({"nanos": edge.optimize()})
        elif r["do"] == "search":
            say(edge.search(r["kind"], r["from"], r["to"], r["limit"]))
        elif r["do"] == "close":
            begin = time.perf_counter_ns()
            edge.shard.close()
            say({"nanos": [time.perf_counter_ns() - begin]})
            break
        else:
            raise ValueError(f"asked to {r['do']}")
    except Exception as error:
        say({"error": f"{type(error).__name__}: {error}"})
