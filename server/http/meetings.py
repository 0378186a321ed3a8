"""Meetings over HTTP: files, claims of people who are signed out, the calendar feed. May be imported by server."""

from dataclasses import asdict

from starlette.responses import Response

from channels.branch.roll.source import read_file
from channels.branch.roll.table import FILE_MAX_BYTES
from channels.core.feature import RateClass
from channels.meeting.calendar import feed, new_address, revoke
from channels.meeting.entry.claims import claim_code
from channels.meeting.entry.paper_desk import check_paper, look_at_paper
from channels.meeting.minutes.files import MEDIA, Kind, make_file
from channels.protocol.errors import NOT_FOUND, Refused
from server.http.meeting_models import (
    CalendarAddress,
    ClaimGiven,
    ClaimOrder,
    FileQuery,
    PaperLineShown,
    PaperShown,
)
from server.http.officers import reader_of, refuse_foreign_link, table_file
from server.http.origin import own_origin
from server.http.respond import as_file
from server.http.routes import API_ROOT, Call, Gate, RouteRow

FEED_PATH = "/calendar/{secret}"
FEED_MEDIA = "text/calendar; charset=utf-8"


async def download(call: Call) -> Response:
    """A file of a meeting: minutes (.docx, .pdf), the attendance list (.xlsx, .csv), the sheet to sign on paper (.pdf)."""
    refuse_foreign_link(call)
    query: FileQuery = call.query
    kind = call.part("file")
    if kind not in MEDIA:
        raise Refused(NOT_FOUND)
    known: Kind = kind
    made = await make_file(reader_of(call), call.actor, call.part("id"), known, query.lang)
    return as_file(made.content, made.media, known, made.name)


async def read_paper(call: Call) -> PaperShown:
    """Send a signed paper sheet as a table (.xlsx, .xls, .csv): shows who would be marked, and changes and keeps nothing."""
    reader, meeting = reader_of(call), call.part("id")
    await check_paper(reader, call.actor, meeting)
    sheets = await read_file(await table_file(call))
    lines = await look_at_paper(reader, call.actor, meeting, [sheet.rows for sheet in sheets], call.now_ms)
    return PaperShown(lines=[PaperLineShown(**asdict(line)) for line in lines])


async def claim(call: Call) -> ClaimGiven:
    """Check a code while signed out: the time of this request is what counts for the check-in within five minutes."""
    order: ClaimOrder = call.body
    text, expires_at_ms = await claim_code(reader_of(call), order.meeting, order.token, call.now_ms)
    return ClaimGiven(claim=text, expires_at_ms=expires_at_ms)


async def make_feed(call: Call) -> CalendarAddress:
    """Make the caller's calendar feed, or give it a new address; the old one ends."""
    actor = call.actor
    if actor.member is None or actor.org is None:
        raise Refused(NOT_FOUND)
    secret = await new_address(reader_of(call), actor.member, actor.org)
    path = API_ROOT + FEED_PATH.replace("{secret}", secret)
    return CalendarAddress(address=f"{own_origin(call.request)}{path}")


async def end_feed(call: Call) -> None:
    """End the caller's calendar feed."""
    if call.actor.member is None:
        raise Refused(NOT_FOUND)
    await revoke(reader_of(call), call.actor.member)


async def read_feed(call: Call) -> Response:
    """A member's meetings as a calendar (RFC 5545); the address itself is the key."""
    content = await feed(reader_of(call), call.part("secret"), own_origin(call.request))
    if content is None:
        raise Refused(NOT_FOUND)
    return Response(content, media_type=FEED_MEDIA, headers={"cache-control": "private, max-age=600"})


MEETING_ROUTES: tuple[RouteRow, ...] = (
    RouteRow(
        "GET", "/meetings/{id}/files/{file}", "meeting.file", None, None, Gate.MEMBER, download, rate=RateClass.HEAVY,
        query=FileQuery, media=MEDIA["minutes.docx"],
    ),
    RouteRow(
        "POST", "/meetings/{id}/paper", "meeting.read_paper", None, PaperShown, Gate.MEMBER, read_paper, rate=RateClass.HEAVY,
        raw=True, limit_bytes=FILE_MAX_BYTES,
    ),
    RouteRow("POST", "/meeting-claims", "meeting.claim", ClaimOrder, ClaimGiven, Gate.PUBLIC, claim, rate=RateClass.HEAVY),
    RouteRow("POST", "/me/calendar", "me.calendar_make", None, CalendarAddress, Gate.MEMBER, make_feed, rate=RateClass.HEAVY),
    RouteRow("DELETE", "/me/calendar", "me.calendar_end", None, None, Gate.MEMBER, end_feed),
    RouteRow(
        "GET", FEED_PATH, "meeting.calendar", None, None, Gate.PUBLIC, read_feed, rate=RateClass.READ, media=FEED_MEDIA,
    ),
)  # fmt: skip
