"""The built web client: read once, compressed once, served from memory. May be imported by server.

Hashed files below /assets/ never change and are cached for a year; everything else is asked for anew each time (ETag).
A path that is no file gives the page when a browser navigates there (the client's router takes over), else 404.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from channels.protocol.errors import NOT_FOUND, Refused
from server.http.problem import answer_to

PAGE = "index.html"
IMMUTABLE = "public, max-age=31536000, immutable"
FRESH = "no-cache"
SMALLEST_COMPRESSED_BYTES = 1_024  # below one packet compression saves nothing
COMPRESSIBLE = (
    "text/",
    "application/javascript",
    "application/json",
    "application/manifest+json",
    "image/svg+xml",
)
MEDIA = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}
NOT_BUILT = (
    "<!doctype html><html lang=zh-CN><meta charset=utf-8><title>会堂 Huitang</title>"
    "<p>网页客户端尚未构建,请运行 make setup。<p lang=en>The web client is not built yet: run make setup.</html>"
)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the client.

    Attributes:
        plain: Its bytes.
        packed: The same, gzip; None when that saves nothing.
        media: Content type.
        etag: Quoted hash of the bytes.
        cache: Cache-Control.
    """

    plain: bytes
    packed: bytes | None
    media: str
    etag: str
    cache: str


def read_asset(path: Path, *, immutable: bool) -> Asset:
    """Read and compress one file."""
    plain = path.read_bytes()
    media = MEDIA.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = None
    if len(plain) >= SMALLEST_COMPRESSED_BYTES and media.startswith(COMPRESSIBLE):
        packed = gzip.compress(plain, 9, mtime=0)
    etag = f'"{hashlib.sha256(plain).hexdigest()[:32]}"'
    return Asset(plain, packed, media, etag, IMMUTABLE if immutable else FRESH)


def read_assets(folder: Path) -> dict[str, Asset]:
    """Path below the folder -> file, for all files but dot files; empty when the client is not built."""
    if not (folder / PAGE).is_file():
        return {}
    files = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    named = {path.relative_to(folder).as_posix(): path for path in files}
    return {
        name: read_asset(path, immutable=name.startswith("assets/")) for name, path in sorted(named.items())
    }


class Client:
    """Serves the client; the endpoint of the last route.

    Args:
        folder: Where the built client is.
    """

    def __init__(self, folder: Path) -> None:
        self._assets = read_assets(folder)

    @property
    def built(self) -> bool:
        """True when there is a client to serve."""
        return bool(self._assets)

    async def serve(self, request: Request) -> Response:
        """Answer a GET for a file or a page."""
        name = request.path_params["path"]
        asset = self._assets.get(name)
        if asset is None:
            if not _wants_page(name, request):
                return answer_to(Refused(NOT_FOUND))
            asset = self._assets.get(PAGE)
        if asset is None:
            return Response(NOT_BUILT, 503, media_type="text/html")
        return _answer(asset, request)


def _wants_page(name: str, request: Request) -> bool:
    """True for the address of a page, not of a file, and never below /api or /ws."""
    if name.partition("/")[0] in {"api", "ws", "assets"}:
        return False
    return name == "" or "text/html" in request.headers.get("accept", "")


def _answer(asset: Asset, request: Request) -> Response:
    headers = {"Cache-Control": asset.cache, "ETag": asset.etag, "Vary": "Accept-Encoding"}
    if asset.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if asset.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, headers=headers, media_type=asset.media)
    return Response(asset.plain, headers=headers, media_type=asset.media)
