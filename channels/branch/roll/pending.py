"""An uploaded roll that waits for its confirmation: kept sealed, for half an hour, for the officer who sent it.

The file itself is kept, not what was read from it: every step reads it anew against the roll as it is then.
Imported by this feature and the roof.
"""

import base64
from dataclasses import dataclass
from datetime import timedelta

from channels.branch.errors import IMPORT_GONE
from channels.branch.records import ROLL_FILES
from channels.core.context import Reader
from channels.protocol.errors import Refused
from storage.clock import utc

KEPT_MS = 30 * 60_000
_LABEL = "roll_files.file"


@dataclass(frozen=True, slots=True)
class Pending:
    """An upload.

    Attributes:
        ident: Id of the import.
        unit: Branch it is for.
        by: Member or account that sent it; nobody else may continue it.
        content: The file.
        encoding: `utf-8` or `gb18030` when the officer chose; None otherwise.
        expires_at_ms: After that it is gone.
    """

    ident: str
    unit: str
    by: str
    content: bytes
    encoding: str | None
    expires_at_ms: int


async def keep(reader: Reader, unit: str, by: str, content: bytes, encoding: str | None) -> Pending:
    """Store an upload; an earlier one of the same officer for the same branch is dropped."""
    ident = reader.ids.uuid7()
    expires_at_ms = reader.clock.now_ms() + KEPT_MS
    text = base64.b64encode(content).decode()
    document = {
        "_id": ident,
        "unit": unit,
        "by": by,
        "file": reader.cipher.encrypt(text, field=_LABEL, record=ident),
        "encoding": encoding,
        "expires_at": utc(expires_at_ms) + timedelta(seconds=1),
        "expires_at_ms": expires_at_ms,
    }
    await reader.mongo[ROLL_FILES].delete_many({"unit": unit, "by": by})
    await reader.mongo[ROLL_FILES].insert_one(document)
    return Pending(ident, unit, by, content, encoding, expires_at_ms)


async def fetch(reader: Reader, ident: str, by: str) -> Pending:
    """An upload of the caller.

    Raises:
        Refused: IMPORT_GONE: unknown, expired, or somebody else's.
    """
    doc = await reader.mongo[ROLL_FILES].find_one({"_id": ident, "by": by})
    if doc is None or doc["expires_at_ms"] <= reader.clock.now_ms():
        raise Refused(IMPORT_GONE)
    text = reader.cipher.decrypt(bytes(doc["file"]), field=_LABEL, record=ident)
    content = base64.b64decode(text)
    return Pending(ident, doc["unit"], by, content, doc["encoding"], doc["expires_at_ms"])


async def drop(reader: Reader, ident: str) -> None:
    """Forget an upload."""
    await reader.mongo[ROLL_FILES].delete_one({"_id": ident})
