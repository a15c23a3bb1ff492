"""A server that speaks MongoDB's wire protocol: `infra/dev/mongo`."""

from pathlib import Path
from typing import Protocol

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.servers.jars import java
from tests.servers.process import Server, free_port

HEAP = ("-Xms32m", "-Xmx320m")


class Mongo(Server):
    """One server whose data is in a file of its folder; `address` ends in a slash.

    What it acknowledged outlives `kill`; what it promises and lacks is said in `MongoWire.java`.
    """

    def __init__(self, folder: Path, *, owner: int | None = None) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.address = f"mongodb://127.0.0.1:{port}/"
        command = [*java("mongo", *HEAP), "MongoWire", str(folder / "data.mv"), str(port)]
        super().__init__(command, folder, self._pings, owner)

    def _pings(self) -> bool:
        return takes_writes(self.address)


class OwnMongo(Protocol):
    """Starts a server for one test, by default in a folder of that test."""

    def __call__(self, folder: Path | None = None) -> Mongo: ...


def takes_writes(address: str) -> bool:
    """Whether a server answers that may be written to, as the only one or as the primary."""
    with MongoClient[dict[str, object]](address, serverSelectionTimeoutMS=1000) as client:
        try:
            answer = client.admin.command("isMaster")  # this server does not know it as "hello"
        except PyMongoError:
            return False
        return bool(answer["ismaster"])
