"""The page `/metrics`: for whoever holds the token of the settings, nobody else. May be imported by server and tests.

It is no part of the API and of its rights: no session, no cookie and no bot token opens it. Without a token in the settings
there is no such page.
"""

import hmac

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from channels.protocol.errors import UNAVAILABLE, Refused
from server.http.problem import answer_to
from server.metrics.exposition import OPENMETRICS_MEDIA, PLAIN_MEDIA, wants_openmetrics
from server.metrics.house import Metrics

PATH = "/metrics"
RETRY_MS = 5_000
SCHEME = b"bearer "


class MetricsPage:
    """The endpoint.

    Args:
        metrics: What is shown.
        token: Who sends it may look.
    """

    def __init__(self, metrics: Metrics, token: SecretStr) -> None:
        self._metrics = metrics
        self._token = token.get_secret_value().encode()

    async def serve(self, request: Request) -> Response:
        """Answer a GET: 401 without a word unless the token is right."""
        if not self._may(request.headers.getlist("authorization")):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        open_format = wants_openmetrics(",".join(request.headers.getlist("accept")))
        try:
            text = await self._metrics.expose(open_format=open_format)
        except OSError:  # a TimeoutError is one, too
            return answer_to(Refused(UNAVAILABLE, retry_after_ms=RETRY_MS))
        media = OPENMETRICS_MEDIA if open_format else PLAIN_MEDIA
        return Response(text, headers={"content-type": media, "vary": "Accept"})

    def _may(self, shown: list[str]) -> bool:
        """Compare in constant time; two headers are none."""
        header = shown[0].encode("latin-1") if len(shown) == 1 else b""
        scheme, token = header[: len(SCHEME)], header[len(SCHEME) :]
        return hmac.compare_digest(token, self._token) and scheme.lower() == SCHEME
