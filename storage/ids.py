"""Identifiers: UUIDv7 (RFC 9562 section 5.7) as canonical 36-character strings, sortable by birth.

UUIDs are names, never secrets: secrets come from `secrets` (see `new_secret`). May be imported by every floor.
"""

import secrets
from typing import NewType, Protocol

import uuid_utils

MemberId = NewType("MemberId", str)
AccountId = NewType("AccountId", str)
OrgId = NewType("OrgId", str)
UnitId = NewType("UnitId", str)
RoomId = NewType("RoomId", str)
SessionId = NewType("SessionId", str)

SECRET_BYTES = 32  # 256 bits: twice the 128 that ASVS 5.0 7.2.3 asks for


class IdSource(Protocol):
    """Chance as an argument."""

    def uuid7(self) -> str:
        """A fresh UUIDv7, 36 characters, lower case."""
        ...

    def secret(self, size_bytes: int = SECRET_BYTES) -> str:
        """Unguessable text, URL-safe base64 without padding."""
        ...


class SystemIds:
    """Identifiers from the operating system's generator."""

    def uuid7(self) -> str:
        """A fresh UUIDv7, 36 characters, lower case."""
        return str(uuid_utils.uuid7())

    def secret(self, size_bytes: int = SECRET_BYTES) -> str:
        """`size_bytes` random bytes as URL-safe base64 without padding."""
        return secrets.token_urlsafe(size_bytes)
