"""Secrets that people type or scan: activation, reset and recovery codes. Pure.

Crockford's base 32 (no I, L, O, U) in groups of four. What is left of the last group holds check characters, so that a slip
of the pen is told from a guess without a look at the database. Every code has at least 112 random bits, which NIST SP
800-63B-4 and ASVS 5.0 6.5.2 let stand as a plain hash. May be imported by server.
"""

import hashlib
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUP = 4
ACTIVATION_BYTES = 16  # 128 bits: 26 characters and 2 for checking
RECOVERY_BYTES = 14  # 112 bits: 23 characters and 1 for checking
_MISREAD = str.maketrans("OIL", "011")
_DOMAIN = b"huitang code check "


def write_code(secret: bytes) -> str:
    """The code of some random bytes, e.g. `8H2K-…`, as it is shown once."""
    number = int.from_bytes(secret, "big")
    length = -(-len(secret) * 8 // 5)
    body = "".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(length)))
    whole = body + _check(body)
    return "-".join(whole[start : start + GROUP] for start in range(0, len(whole), GROUP))


def read_code(typed: str, size_bytes: int) -> str | None:
    """What was typed as the canonical characters of a code of `size_bytes`; None when it cannot be one.

    Full-width characters, spaces, dashes, small letters and the usual misreadings (O, I, L) are understood.
    """
    if len(typed) > 200:
        return None
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_MISREAD)
    whole = "".join(c for c in plain if c.isascii() and c.isalnum())
    length = -(-size_bytes * 8 // 5)
    body = whole[:length]
    if len(whole) != length + len(_check(body)) or not set(whole) <= set(ALPHABET):
        return None
    return whole if whole[length:] == _check(body) else None


def digest(secret: str, kind: str) -> str:
    """What is stored of a secret of at least 112 bits: SHA-256 in hexadecimal, apart for each kind of secret."""
    return hashlib.sha256(f"huitang {kind} {secret}".encode()).hexdigest()


def code_digest(shown: str, kind: str) -> str:
    """Digest of a code as `write_code` wrote it."""
    return digest(shown.replace("-", ""), kind)


def _check(body: str) -> str:
    """Check characters that fill the last group: one to four of them."""
    missing = GROUP - len(body) % GROUP
    value = int.from_bytes(hashlib.sha256(_DOMAIN + body.encode()).digest()[:4], "big")
    return "".join(ALPHABET[value >> 5 * place & 31] for place in range(missing))
