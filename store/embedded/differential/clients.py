"""The sides reached through qdrant_client.QdrantClient: an engine over gRPC, and local mode."""

import logging
import warnings
from typing import Any

import grpc
from qdrant_client import QdrantClient
from qdrant_client.http import models as m

from calls import CRASH, EXISTS, INVALID, NOT_FOUND, OK, UNSUPPORTED, Answer, Call, plain_point, point_id
from world import World

logging.getLogger("root").setLevel(logging.ERROR)
warnings.filterwarnings("ignore")

CODES = {
    grpc.StatusCode.INVALID_ARGUMENT: INVALID,
    grpc.StatusCode.NOT_FOUND: NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS: EXISTS,
    grpc.StatusCode.UNIMPLEMENTED: UNSUPPORTED,
}


def failure(error: Exception) -> Answer:
    """An exception of the client as an answer."""
    if isinstance(error, grpc.RpcError):
        return Answer(CODES.get(error.code(), CRASH), message=f"{error.code().name}: {error.details()}")
    text = f"{type(error).__name__}: {error}"
    lower = str(error).lower()
    if isinstance(error, (KeyError, TypeError, AttributeError, IndexError, RecursionError)):
        return Answer(CRASH, message=text)
    if "not found" in lower and "vector name" not in lower:
        return Answer(NOT_FOUND, message=text)
    if "already exists" in lower:
        return Answer(EXISTS, message=text)
    return Answer(INVALID, message=text)


class ClientSide:
    """A side that speaks the high-level client's methods."""

    def __init__(self, label: str, client: QdrantClient):
        self.label = label
        self.client = client

    def create(self, w: World) -> None:
        self.client.delete_collection(w.name)  # of a run that was stopped
        self.client.create_collection(w.name, **w.config())

    def drop(self, w: World) -> None:
        self.client.delete_collection(w.name)

    def run(self, w: World, call: Call) -> Answer:
        args = dict(call.args)
        try:
            value = getattr(self.client, call.op)(collection_name=w.name, **args)
        except Exception as error:  # the side's own words for whatever it refused
            return failure(error)
        return Answer(OK, self.plain(call.op, value))

    @staticmethod
    def plain(op: str, value: Any) -> Any:
        if op == "query_points":
            return [plain_point(p) for p in value.points]
        if op == "query_batch_points":
            return [[plain_point(p) for p in response.points] for response in value]
        if op == "scroll":
            points, after = value
            return {"points": [plain_point(p) for p in points], "next": None if after is None else point_id(after)}
        if op == "count":
            return value.count
        if op == "retrieve":
            return [plain_point(p) for p in value]
        return None

    def state(self, w: World) -> dict[Any, dict[str, Any]]:
        """Every point, with its payload and vectors."""
        out, offset = {}, None
        while True:
            points, offset = self.client.scroll(w.name, limit=1000, offset=offset, with_payload=True, with_vectors=True)
            for p in points:
                out[point_id(p.id)] = plain_point(p)
            if offset is None:
                return out

    def restore(self, w: World, ids: list[Any], records: dict[Any, dict[str, Any]]) -> None:
        """Make these points what the records say they are; ids without a record are deleted."""
        self.client.delete(w.name, points_selector=m.PointIdsList(points=ids))
        points = []
        for i in ids:
            if i in records:
                vector = {n: m.SparseVector(**v) if isinstance(v, dict) else v for n, v in records[i]["vector"].items()}
                if set(vector) == {""} and not w.sparse:
                    vector = vector[""]
                points.append(m.PointStruct(id=i, vector=vector, payload=records[i]["payload"] or None))
        if points:
            self.client.upsert(w.name, points=points)


def local() -> ClientSide:
    return ClientSide("local", QdrantClient(":memory:"))


def engine(address: str) -> ClientSide:
    host, _, port = address.rpartition(":")
    client = QdrantClient(host=host, grpc_port=int(port), prefer_grpc=True, check_compatibility=False, timeout=60)
    return ClientSide("engine", client)
