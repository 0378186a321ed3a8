"""The address a request was sent to. May be imported by server."""

from starlette.requests import Request


def own_origin(request: Request) -> str:
    """Scheme and host this request was sent to."""
    return f"{request.url.scheme}://{request.headers.get('host', '')}"
