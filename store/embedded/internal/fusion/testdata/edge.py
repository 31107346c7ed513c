"""Writes edge.json: lists, how they are fused, and what Qdrant's engine answers.

Run it with qdrant-edge-py 0.9.0 installed: python3 edge.py. A list becomes a
vector of one dimension compared by dot product, so that the score of a prefetch
is the vector itself.
"""

import json
import random
import shutil
import struct
import tempfile

from qdrant_edge import (
    Distance, EdgeConfig, EdgeShard, EdgeVectorParams, Fusion, Point, Prefetch,
    Query, QueryRequest, UpdateOperation,
)


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def fuse(lists, fusion):
    folder = tempfile.mkdtemp()
    shard = EdgeShard.create(folder, EdgeConfig(vectors={
        f"v{i}": EdgeVectorParams(size=1, distance=Distance.Dot) for i in range(len(lists))}))
    points = {}
    for i, hits in enumerate(lists):
        for id, score in hits:
            points.setdefault(id, {})[f"v{i}"] = [score]
    shard.update(UpdateOperation.upsert_points([Point(id, v) for id, v in points.items()] + [Point(10**9, {})]))
    try:
        hits = shard.query(QueryRequest(limit=10000, query=fusion, prefetches=[
            Prefetch(limit=10000, query=Query.Nearest([1.0], using=f"v{i}")) for i in range(len(lists))]))
        return [[h.id, h.score] for h in hits]
    except Exception as err:
        print("refused:", err)
        return None
    finally:
        shard.close()
        shutil.rmtree(folder)


def ranked(pairs):
    """Best first; nine digits tell every float32 from its neighbours."""
    return sorted(([id, float(f"{f32(score):.9g}")] for id, score in pairs), key=lambda p: (-p[1], p[0]))


def random_list(rng, n, ids, scale, distinct):
    chosen = rng.sample(range(1, ids + 1), n)
    scores = {}
    for id in chosen:
        while True:
            score = f32(rng.uniform(-1, 1) * scale)
            if not distinct and rng.random() < 0.3:
                score = f32(round(score / scale, 1) * scale)
            if not distinct or score not in scores.values():
                break
        scores[id] = score
    return ranked(scores.items())


def main():
    rng = random.Random(1)
    one, two = [[7, 0.25]], [[2, 0.9], [1, 0.8]]
    three = [[1, 0.7], [2, 0.6], [3, 0.5]]
    ties = [[1, 0.5], [2, 0.5], [3, 0.5], [4, 0.5]]
    fixed = [[one], [two], [three], [one, one], [one, two], [two, three], [[], two], [two, []],
             [[], []], [two, three, [[5, 0.9], [3, 0.5], [1, 0.4]]]]
    rows = []

    def row(lists, k=None, weights=None):
        lists = [ranked(hits) for hits in lists]
        if k is None:
            method, fusion = "dbsf", Fusion.Dbsf()
        else:
            method, fusion = "rrf", Fusion.Rrf(k, weights)
        answer = fuse(lists, fusion)
        rows.append({"method": method, "k": k, "weights": weights, "lists": lists,
                     "want": None if answer is None else ranked(answer)})

    for lists in fixed:
        row(lists)
        for k in (1, 2, 60):
            row(lists, k)
        row(lists, 2, [3.0, 1.0, 0.5][:len(lists)])
    row([ties, two])
    row([[[1, 1e-30], [2, 1.0000001e-30]], two])
    row([[[1, 3.0e18], [2, -3.0e18], [3, 1.0]], two])
    row([[[1, 16777216.0], [2, 16777217.0], [3, 16777218.0]], two])
    for weights in ([1.0], [1.0, 2.0, 3.0], [0.0, 1.0], [-1.0, 1.0], [0.0, 0.0], [1e-30, 1.0], [1e30, 1.0], [0.3, 0.7]):
        row([two, three], 2, weights)
        if weights[0] != 1e30:  # with k 1 infinite, which JSON cannot say
            row([two, three], 1, weights)
    for k in (2, 1, 7, 60, 1000, 16777217, 4294967295):
        row([random_list(rng, 30, 40, 1, True), random_list(rng, 25, 40, 10, True)], k)
    for _ in range(40):
        n = rng.randint(1, 4)
        row([random_list(rng, rng.randint(0, 40), 50, 1, True) for _ in range(n)],
            rng.choice([1, 2, 3, 60]),
            rng.choice([None, [f32(rng.uniform(0, 5)) for _ in range(n)]]))
    for _ in range(60):
        scale = rng.choice([1, 1, 1, 30, 1e-3, 1e6])
        row([random_list(rng, rng.randint(0, 40), 50, scale, False) for _ in range(rng.randint(1, 4))])

    with open("edge.json", "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(r, separators=(",", ":")) for r in rows) + "\n]\n")
    print(len(rows), "rows")


main()
