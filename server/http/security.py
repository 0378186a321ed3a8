"""Headers that every response carries, and the check that a state change comes from our own pages.

Sources: ASVS 5.0 3.4.1–3.4.6, 3.5.1–3.5.3; OWASP CSRF cheat sheet (Fetch Metadata first, Origin as fall-back).
May be imported by server.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from channels.protocol.errors import Refused
from server.http.errors import CROSS_SITE

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",  # components position pop-ups with inline styles; scripts stay strict
        "img-src 'self' data: blob:",  # QR codes and previews of pictures before they are sent
        "font-src 'self'",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
PERMISSIONS_POLICY = (
    "accelerometer=(), browsing-topics=(), camera=(self), display-capture=(), geolocation=(), gyroscope=(), "
    "magnetometer=(), microphone=(self), midi=(), payment=(), usb=(), publickey-credentials-get=(self)"
)
HSTS = "max-age=31536000; includeSubDomains"  # a year, with subdomains: ASVS 3.4.1

HEADERS: tuple[tuple[str, str], ...] = (
    ("content-security-policy", CONTENT_SECURITY_POLICY),
    ("permissions-policy", PERMISSIONS_POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cache-control", "no-store"),
)
RESPONSE_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})


@dataclass(frozen=True, slots=True)
class WebPolicy:
    """How the installation is reached.

    Attributes:
        origins: Exact origins of our own pages, e.g. `https://hui.example.org`; empty: the origin the request names
            by its scheme and Host header (development).
        insecure_cookie: Cookies without Secure, for plain-http development only.
        hsts: Send Strict-Transport-Security on every response.
    """

    origins: frozenset[str] = frozenset()
    insecure_cookie: bool = False
    hsts: bool = False


class SecurityHeaders:
    """ASGI layer that adds the headers to every response, errors and files included; must be the outermost one.

    A response that sets one of them itself keeps its own value (an immutable asset its Cache-Control, a download its
    sandbox policy).

    Args:
        app: What is wrapped.
        policy: Says whether HSTS is sent.
    """

    def __init__(self, app: ASGIApp, policy: WebPolicy) -> None:
        self.app = app
        self._headers = HEADERS + ((("strict-transport-security", HSTS),) if policy.hsts else ())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; complete the headers when the response starts."""

        async def send_guarded(message: Message) -> None:
            if message["type"] in RESPONSE_STARTS:
                headers = MutableHeaders(scope=message)
                for name, value in self._headers:
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_guarded)


def origin_allowed(origin: str, own: str, policy: WebPolicy) -> bool:
    """Exact comparison of an Origin header with the origins of our pages; `null` and empty never pass.

    Args:
        origin: The header.
        own: Scheme and host the request was sent to; counts only when no origins are configured.
        policy: Configured origins.
    """
    return origin not in {"", "null"} and origin in (policy.origins or {own})


def check_same_site(headers: Mapping[str, str], own: str, policy: WebPolicy) -> None:
    """Refuse a state change that a page of another site could have caused.

    Sec-Fetch-Site must be `same-origin` where the browser sends it; Origin must be ours where it is sent, and must be
    sent where Sec-Fetch-Site is missing.

    Raises:
        Refused: CROSS_SITE.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if site is not None and site != "same-origin":
        raise Refused(CROSS_SITE)
    if origin is None and site is None:
        raise Refused(CROSS_SITE)
    if origin is not None and not origin_allowed(origin, own, policy):
        raise Refused(CROSS_SITE)
