"""The key pair by which push services know this installation (VAPID, RFC 8292). May be imported by server.

Browsers bind their subscriptions to the public key: losing the file ends all subscriptions, nothing else.
"""

import base64
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from storage.errors import NotReady
from storage.files import readable_by_others, write_private

FILE = "vapid.pem"


def ensure_vapid(folder: Path) -> Path:
    """Make the key pair below the data folder when there is none; returns its file (mode 0600)."""
    path = folder / FILE
    if not path.exists():
        pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_private(path, pem, replace=False)
    return path


def public_key(path: Path) -> str:
    """The public key as browsers take it: an uncompressed point, URL-safe base64 without padding, 87 characters.

    Raises:
        NotReady: The file is missing, open to others, or no P-256 key.
    """
    try:
        if readable_by_others(path):
            raise NotReady(f"the key file {path} is open to others; give it mode 600")
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError):
        raise NotReady(f"the key file {path} is missing or damaged; delete it to get a new one") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise NotReady(f"the key file {path} holds no P-256 key; delete it to get a new one")
    point = key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()
