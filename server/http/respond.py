"""Answers: models as JSON with their cookies and headers. May be imported by server."""

from urllib.parse import quote

from starlette.responses import Response

from channels.protocol.base import WireModel
from server.http.routes import Outgoing, RouteRow


def answer(row: RouteRow, outcome: WireModel | Response | None, outgoing: Outgoing) -> Response:
    """The response for a handler's outcome: a model as JSON, None as 204, a Response as it is."""
    if isinstance(outcome, Response):
        response = outcome
    elif outcome is None:
        response = Response(status_code=204)
    else:
        response = Response(outcome.model_dump_json(), status_code=row.status, media_type="application/json")
    for name, value in outgoing.headers.items():
        response.headers[name] = value
    for cookie in outgoing.cookies:
        response.headers.append("set-cookie", cookie)
    return response


def as_file(content: bytes, media: str, plain: str, name: str) -> Response:
    """A file to keep: `plain` is its name in ASCII for old programs, `name` the one people read (RFC 6266)."""
    headers = {
        "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "content-security-policy": "default-src 'none'; sandbox",
    }
    return Response(content, media_type=media, headers=headers)
