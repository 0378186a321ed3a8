"""Key rotation: seals personal fields anew with the newest key and renews their blind indexes, page by page.

`rotate_keys` does a whole rotation while the house is open: every process sees the new keys at its next use of the ring
(several machines: `KeyRing.prepare`, copy the key file to all of them, then rotate with the prepared keys). While it runs, look-ups go by
`FieldCipher.blinds`, and a unique blind index does not yet see that an old and a new value are equal.

The collection `meta` remembers in `keys` the fingerprints of all keys in use, so that a start with the wrong key file is
refused before anything is written with it. May be imported by every floor.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from storage.client import Document, Mongo
from storage.clock import Clock
from storage.crypto import FieldCipher
from storage.errors import BadCiphertext, NotReady
from storage.keyring import KeyRing, Purpose, fingerprint

META = "meta"
PAGE = 200
TRIES = 5
"""A record that changes under us is read again; five times in a row means something is wrong."""


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class SealedField:
    """Where sealed values are.

    Attributes:
        collection: Collection name.
        field: Path of the sealed value in the document, dots between levels; the label is `collection.field`.
        blind: Path of its blind index; empty for none.
        normalise: What the text goes through before it is indexed.
        record: Path of the record id that the value is bound to.
    """

    collection: str
    field: str
    blind: str = ""
    normalise: Callable[[str], str] = _as_it_is
    record: str = "_id"

    @property
    def label(self) -> str:
        """The label to seal and index with, e.g. `members.phone`."""
        return f"{self.collection}.{self.field}"


@dataclass(frozen=True, slots=True)
class Rotated:
    """How far a rotation is.

    Attributes:
        collection: The collection at hand.
        seen: Records looked at in it.
        changed: Values written anew in it.
        unreadable: Values that no key opens; they stay as they are, and old keys must not be retired.
    """

    collection: str
    seen: int
    changed: int
    unreadable: int


async def rotate(
    mongo: Mongo,
    cipher: FieldCipher,
    fields: tuple[SealedField, ...],
    progress: Callable[[Rotated], None] = lambda rotated: None,
) -> tuple[Rotated, ...]:
    """Write anew whatever is not sealed or indexed with the newest keys. May be repeated; changes nothing twice.

    Args:
        mongo: The database.
        cipher: With a ring whose newest keys are the wanted ones.
        fields: All sealed fields; several of one collection are done in one pass.
        progress: Told after every page of 200 records.

    Returns:
        One row per collection.
    """
    collections = dict.fromkeys(field.collection for field in fields)
    return tuple(
        [
            await _rotate_collection(
                mongo, cipher, tuple(field for field in fields if field.collection == name), progress
            )
            for name in collections
        ]
    )


async def _rotate_collection(
    mongo: Mongo,
    cipher: FieldCipher,
    fields: tuple[SealedField, ...],
    progress: Callable[[Rotated], None],
) -> Rotated:
    name = fields[0].collection
    rotated = Rotated(name, 0, 0, 0)
    after: Document = {}
    while page := await mongo[name].find(after, sort=(("_id", 1),), limit=PAGE):
        for document in page:
            changed, unreadable = await _rotate_record(mongo, cipher, fields, document)
            rotated = Rotated(
                name, rotated.seen + 1, rotated.changed + changed, rotated.unreadable + unreadable
            )
        after = {"_id": {"$gt": page[-1]["_id"]}}
        progress(rotated)
    return rotated


async def _rotate_record(
    mongo: Mongo, cipher: FieldCipher, fields: tuple[SealedField, ...], document: Document
) -> tuple[int, int]:
    ident, current = document["_id"], document
    for _ in range(TRIES):
        guard: Document = {"_id": ident}
        renewed: Document = {}
        unreadable = 0
        for field in fields:
            try:
                change = _renewal(cipher, field, current)
            except BadCiphertext:
                unreadable += 1
                continue
            renewed |= change
            guard |= {path: _at(current, path) for path in change}
        if not renewed:
            return 0, unreadable
        if await mongo[fields[0].collection].update_one(guard, {"$set": renewed}):
            return len(renewed), unreadable
        fresh = await mongo[fields[0].collection].find_one({"_id": ident})
        if fresh is None:
            return 0, 0
        current = fresh
    raise NotReady(f"a record of {fields[0].collection} keeps changing while its keys are rotated")


def _renewal(cipher: FieldCipher, field: SealedField, document: Document) -> Document:
    blob = _at(document, field.field)
    if not isinstance(blob, bytes):
        return {}
    index = _at(document, field.blind) if field.blind else None
    stale_index = isinstance(index, str) and not cipher.is_current_blind(index)
    if cipher.is_current(blob) and not stale_index:
        return {}
    record = str(_at(document, field.record))
    text = cipher.decrypt(blob, field=field.label, record=record)
    change: Document = {}
    if not cipher.is_current(blob):
        change[field.field] = cipher.encrypt(text, field=field.label, record=record)
    if stale_index:
        change[field.blind] = cipher.blind(field.normalise(text), field=field.label)
    return change


def _at(document: Document, path: str) -> Any:  # noqa: ANN401 - a BSON value
    value: Any = document
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    return value


async def check_keys(mongo: Mongo, ring: KeyRing) -> None:
    """Compare the key ring with what the database was written with, and remember new keys. Part of every start.

    Raises:
        NotReady: The database knows a key that the ring lacks: the wrong key file, or an old copy of it.
    """
    held = {fingerprint(key) for purpose in Purpose for key in ring.all(purpose)}
    row = await mongo[META].find_one({"_id": "keys"})
    if row and not held.issuperset(row["fingerprints"]):
        raise NotReady(
            "the key file lacks a key that this database was written with: restore the right key file"
        )
    await mongo[META].update_one(
        {"_id": "keys"}, {"$addToSet": {"fingerprints": {"$each": sorted(held)}}}, upsert=True
    )


async def rotate_keys(
    mongo: Mongo,
    cipher: FieldCipher,
    fields: tuple[SealedField, ...],
    clock: Clock | None,
    progress: Callable[[Rotated], None] = lambda rotated: None,
) -> tuple[Rotated, ...]:
    """Make new keys, write everything anew with them, and drop the old ones when no value needs them any more.

    May be repeated after an interruption. Arguments and result as in `rotate`; `clock` dates the new keys, None for the
    keys that were prepared.

    Raises:
        NotReady: No keys were prepared, or a record keeps changing.
    """
    for purpose in Purpose:
        if clock is None:
            cipher.ring.promote(purpose)
        else:
            cipher.ring.add(purpose, clock)
    await check_keys(mongo, cipher.ring)
    first = await rotate(mongo, cipher, fields, progress)
    last = first
    for _ in range(TRIES):  # others may have written with the old keys while they were changed
        if not any(row.changed for row in last):
            break
        last = await rotate(mongo, cipher, fields, progress)
    if not any(row.changed or row.unreadable for row in last):
        # First the database: it must never expect a key that the ring has dropped.
        newest = sorted(fingerprint(cipher.ring.newest(purpose)) for purpose in Purpose)
        await mongo[META].update_one({"_id": "keys"}, {"$set": {"fingerprints": newest}})
        for purpose in Purpose:
            cipher.ring.retire(purpose)
    return first
