"""Personal fields, sealed by us: AES-256-GCM, and a blind index (HMAC-SHA-256) to look them up by.

A sealed value is bound to its place: the field's label (`members.phone`) and the record's id are authenticated with it,
so a value copied to another record or field does not open. Layout, in bytes: version (1), key id (4), nonce (12, random;
NIST SP 800-38D 8.2.2 allows 2^32 values per key that way), ciphertext, tag (16).

May be imported by every floor.
"""

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import BadCiphertext
from storage.keyring import KEY_ID_BYTES, Key, KeyRing, Purpose

__all__ = ["FieldCipher", "KeyRing", "Purpose"]

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
HEAD_BYTES = len(VERSION) + KEY_ID_BYTES


class FieldCipher:
    """Seals, opens and indexes personal fields with the keys of a ring."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._ciphers: dict[bytes, AESGCM] = {}

    @property
    def ring(self) -> KeyRing:
        """The keys."""
        return self._ring

    def encrypt(self, text: str, *, field: str, record: str) -> bytes:
        """Seal a text with the newest key.

        Args:
            text: The value.
            field: Label `collection.field`, e.g. `members.phone`.
            record: Id of the record that holds it.

        Returns:
            33 bytes more than the text has in UTF-8.
        """
        key = self._ring.newest(Purpose.FIELD)
        head = VERSION + key.id
        nonce = secrets.token_bytes(NONCE_BYTES)
        place = _place(head, field, record)
        return head + nonce + self._cipher(key).encrypt(nonce, text.encode(), place)

    def decrypt(self, blob: bytes, *, field: str, record: str) -> str:
        """Open a sealed value; arguments as in `encrypt`.

        Raises:
            BadCiphertext: Tampered with, moved from another place, or its key is not in the ring.
        """
        if len(blob) < HEAD_BYTES + NONCE_BYTES + TAG_BYTES or blob[:1] != VERSION:
            raise BadCiphertext(f"{field}: not a sealed value")
        head, nonce = blob[:HEAD_BYTES], blob[HEAD_BYTES : HEAD_BYTES + NONCE_BYTES]
        key = self._ring.find(Purpose.FIELD, head[1:])
        if key is None:
            raise BadCiphertext(f"{field}: sealed with a key that is not in the key ring")
        try:
            place = _place(head, field, record)
            return self._cipher(key).decrypt(nonce, blob[HEAD_BYTES + NONCE_BYTES :], place).decode()
        except (InvalidTag, UnicodeDecodeError):
            raise BadCiphertext(f"{field}: tampered with, or moved from another record") from None

    def is_current(self, blob: bytes) -> bool:
        """True when the value is sealed with the newest key."""
        return blob[:HEAD_BYTES] == VERSION + self._ring.newest(Purpose.FIELD).id

    def blind(self, text: str, *, field: str) -> str:
        """Index value of a text under the newest blind key: 72 hexadecimal digits, the key's id first.

        Args:
            text: The value, already normalised by the caller (the index only finds equal texts).
            field: Label as in `encrypt`; equal texts in two fields have different index values.
        """
        return _blind(self._ring.newest(Purpose.BLIND), text, field)

    def blinds(self, text: str, *, field: str) -> list[str]:
        """Index values under all blind keys, newest first: look up with `{"$in": …}` while a rotation is under way."""
        return [_blind(key, text, field) for key in self._ring.all(Purpose.BLIND)]

    def is_current_blind(self, index: str) -> bool:
        """True when the index value was made with the newest blind key."""
        return index.startswith(self._ring.newest(Purpose.BLIND).id.hex())

    def _cipher(self, key: Key) -> AESGCM:
        if key.id not in self._ciphers:
            self._ciphers[key.id] = AESGCM(key.secret)
        return self._ciphers[key.id]


def _place(head: bytes, field: str, record: str) -> bytes:
    label = field.encode()
    return head + len(label).to_bytes(2, "big") + label + record.encode()


def _blind(key: Key, text: str, field: str) -> str:
    label = field.encode()
    digest = hmac.digest(key.secret, len(label).to_bytes(2, "big") + label + text.encode(), "sha256")
    return key.id.hex() + digest.hex()
