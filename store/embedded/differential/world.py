"""A random collection: its vectors, its points, and what the generator must remember of it."""

import random
import uuid
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from qdrant_client.http import models as m

from payloads import payload

DISTANCES = {"c": m.Distance.COSINE, "d": m.Distance.DOT, "e": m.Distance.EUCLID, "h": m.Distance.MANHATTAN}
SPARSE = {"s": False, "t": True}  # name, whether with IDF
TERMS = 24


@dataclass
class World:
    """One collection. Dense vectors by name ("" is the unnamed one), sparse by name."""

    name: str
    seed: int
    dense: dict[str, tuple[int, m.Distance]]
    sparse: dict[str, bool]
    ids: list[Any] = field(default_factory=list)
    indexed: set[str] = field(default_factory=set)

    @property
    def empty_idf(self) -> bool:
        """Whether the IDF vector may be empty: then local mode's IDF is off, so only sometimes."""
        return self.seed % 5 == 0

    @property
    def vector_names(self) -> list[str]:
        return [*self.dense, *self.sparse]

    def config(self) -> dict[str, Any]:
        """The arguments of create_collection."""
        dense: Any = {n: m.VectorParams(size=size, distance=distance) for n, (size, distance) in self.dense.items()}
        if list(dense) == [""]:
            dense = dense[""]
        sparse = {n: m.SparseVectorParams(modifier=m.Modifier.IDF if idf else None) for n, idf in self.sparse.items()}
        return {"vectors_config": dense, "sparse_vectors_config": sparse or None}


def new_world(seed: int) -> World:
    r = random.Random(seed)
    size = lambda: r.choice([1, 2, 3, 4, 8, 17, 40])
    kind = r.randrange(5)
    if kind == 0:
        dense = {"": (size(), r.choice(list(DISTANCES.values())))}
    elif kind == 1:
        dense = {}
    else:
        dense = {n: (size(), DISTANCES[n]) for n in r.sample(list(DISTANCES), r.randrange(1, 5))}
    sparse = dict(SPARSE) if kind == 1 else {n: SPARSE[n] for n in r.sample(list(SPARSE), r.randrange(3))}
    return World(f"w{seed}", seed, dense, sparse)


def new_id(r: random.Random) -> Any:
    return r.randrange(500) if r.random() < 0.7 else str(uuid.UUID(int=r.getrandbits(128), version=4))


def dense_vector(r: random.Random, size: int) -> list[float]:
    while True:
        values = [float(np.float32(r.gauss(0, 1))) for _ in range(size)]
        # Qdrant takes shorter vectors for zero ones in Cosine, local mode does not.
        if sum(v * v for v in values) > 1e-4:
            return values


def sparse_vector(r: random.Random, empty: bool = True) -> m.SparseVector:
    count = r.choice([0, 1, 2, 3, 5, 9] if empty else [1, 2, 3, 5, 9])
    indices = r.sample([*range(TERMS - 2), 4_000_000_000, 2**31], count)  # unsorted on purpose
    return m.SparseVector(indices=indices, values=[float(np.float32(r.choice([r.gauss(0, 1), r.random(), 1.0]))) for _ in indices])


def vectors(r: random.Random, w: World, most: float = 0.85) -> Any:
    """Vectors of a point; each named one is left out now and then."""
    if list(w.dense) == [""] and not w.sparse:
        return dense_vector(r, w.dense[""][0]) if r.random() < most else {}
    out: dict[str, Any] = {}
    for name, (size, _) in w.dense.items():
        if r.random() < most:
            out[name] = dense_vector(r, size)
    for name, idf in w.sparse.items():
        if r.random() < most:
            out[name] = sparse_vector(r, empty=not idf or w.empty_idf)
    return out


def point(r: random.Random, w: World, chosen: Any = None) -> m.PointStruct:
    body = payload(r)
    return m.PointStruct(id=new_id(r) if chosen is None else chosen, vector=vectors(r, w), payload=body or None)
