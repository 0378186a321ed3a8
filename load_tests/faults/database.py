"""Goes behind the server's back, into the managed MongoDB of a house: for negative controls only. Blocking; call it in a thread.

The one module outside storage that speaks to a database (`tests/architecture/graph.py`). Imported by load_tests.faults only.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_plus

from pymongo import MongoClient, WriteConcern
from pymongo.collection import Collection
from pymongo.database import Database
from pymongo.errors import PyMongoError

from load_tests.faults.look import mongod_socket
from load_tests.house import House

__all__ = ["ANSWER_MS", "PyMongoError", "Rows", "behind", "careless", "drop_index", "repeats"]

Rows = Collection[dict[str, Any]]

USER = "huitang"
DATABASE = "huitang"
ANSWER_MS = 2_000
READING_MS = 60_000


@contextmanager
def behind(house: House, answer_ms: int = READING_MS) -> Iterator[Database[dict[str, Any]]]:
    """The database of a house, as the server's own user; every answer within `answer_ms`."""
    password = json.loads((house.folder / "var/mongo/secrets.json").read_bytes())[USER]
    door = quote_plus(str(mongod_socket(house)))
    client: MongoClient[dict[str, Any]] = MongoClient(
        f"mongodb://{USER}:{quote_plus(password)}@{door}/?directConnection=true&authSource=admin",
        retryWrites=False,  # an insert that is repeated would hide what became of the first one
        serverSelectionTimeoutMS=answer_ms,
        socketTimeoutMS=answer_ms,
    )
    with client:
        yield client[DATABASE]


def careless(database: Database[dict[str, Any]], name: str) -> Rows:
    """A collection whose writes are acknowledged by one member, before they are in its journal."""
    return database.get_collection(name, write_concern=WriteConcern(w=1, j=False))


def drop_index(house: House, collection: str, name: str) -> None:
    """Drop an index of the server's own, while it runs.

    Raises:
        PyMongoError: It is not there.
    """
    with behind(house) as database:
        database[collection].drop_index(name)


def repeats(house: House, collection: str) -> int:
    """How many numbers of topics are given more than once."""
    with behind(house) as database:
        found = database[collection].aggregate(
            [
                {"$group": {"_id": {"topic": "$topic", "seq": "$seq"}, "count": {"$sum": 1}}},
                {"$match": {"count": {"$gt": 1}}},
                {"$count": "repeats"},
            ]
        )
        return sum(int(row["repeats"]) for row in found)
