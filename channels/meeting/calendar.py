"""A calendar feed of one member's meetings, at an address that is a secret and can be revoked (RFC 5545, RFC 7986).

meeting_feeds   {_id: SHA-256 of the secret, member, org, made_at_ms}; one per member.

Only the digest is stored, and no key of the ring is in it: an address outlives a rotation of the keys. A new address makes
the old one worthless. The feed tells what the meeting list tells, and nothing about anybody else. Imported by server.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from channels.branch.contract import OrganisationOf, Person, PersonCards, UnitsOf
from channels.core.context import Reader
from channels.meeting.protocol.values import Meeting
from channels.meeting.reading import MEETINGS, Held, to_held
from channels.meeting.rights import hands_of
from channels.meeting.seating import seats_of
from storage.errors import Duplicate
from storage.ids import MemberId
from storage.indexes import IndexSpec

FEEDS = "meeting_feeds"
SECRET_BYTES = 24
MEETINGS_MAX = 200
AROUND_MS = 366 * 86_400_000

FEED_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(FEEDS, "meeting_feeds_member", (("member", 1),), unique=True),
)


def _digest(secret: str) -> str:
    return hashlib.sha256(b"meeting feed" + secret.encode()).hexdigest()


async def new_address(reader: Reader, member: str, org: str) -> str:
    """Make a feed, or replace its address; returns the secret, which is shown once."""
    secret = reader.ids.secret(SECRET_BYTES)
    await revoke(reader, member)
    document = {
        "_id": _digest(secret),
        "member": member,
        "org": org,
        "made_at_ms": reader.clock.now_ms(),
    }
    try:
        await reader.mongo[FEEDS].insert_one(document)
    except Duplicate:  # made on another device at this moment: the later one stands
        await revoke(reader, member)
        await reader.mongo[FEEDS].insert_one(document)
    return secret


async def revoke(reader: Reader, member: str) -> None:
    """End a member's feed."""
    await reader.mongo[FEEDS].delete_many({"member": member})


async def feed(reader: Reader, secret: str, page: str) -> bytes | None:
    """The calendar behind a secret; None when there is none, or its member left.

    Args:
        reader: Stores.
        secret: As in the address.
        page: Address of the web client, without a slash at the end.
    """
    found = await reader.mongo[FEEDS].by_id(_digest(secret))
    if found is None:
        return None
    units = await reader.ask(UnitsOf(found["member"]))
    organisation = await reader.ask(OrganisationOf(found["org"]))
    if not units or organisation is None:
        return None
    member = MemberId(found["member"])
    person = (await reader.ask(PersonCards((member,)))).get(member)
    if person is None:
        return None
    now_ms = reader.clock.now_ms()
    documents = await reader.mongo[MEETINGS].find(
        {
            "$or": [{"unit": {"$in": [unit.unit for unit in units]}}, {"state.guests": member}],
            "starts_at_ms": {"$gte": now_ms - AROUND_MS, "$lte": now_ms + AROUND_MS},
            "stage": {"$ne": "draft"},
        },
        sort=(("starts_at_ms", -1),),
        limit=MEETINGS_MAX,
    )
    meetings = [held for held in map(to_held, documents) if _concerns(held.state, person)]
    return rendered(meetings, organisation.name, organisation.time_zone, page)


def _concerns(state: Meeting, person: Person) -> bool:
    """As `rights.standing_of`, for somebody who is not signed in: a committee's meetings are for its members."""
    if state.rules.body != "committee" or person.member in (*state.guests, *hands_of(state.officers)):
        return True
    return bool(seats_of("committee", state.unit, [person]))


def rendered(meetings: list[Held], name: str, zone: str, page: str) -> bytes:
    """The calendar as text. Pure."""
    calendar = Calendar()
    calendar.add("prodid", "-//Huitang//Meetings//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for held in sorted(meetings, key=lambda one: (one.state.starts_at_ms, one.state.id)):
        calendar.add_component(_event(held, ZoneInfo(zone), page))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(held: Held, zone: ZoneInfo, page: str) -> Event:
    state = held.state
    event = Event()
    event.add("uid", f"{state.id}@huitang")
    event.add("sequence", held.rev)
    event.add("summary", state.title)
    event.add("dtstart", _time(state.starts_at_ms, zone))
    event.add("dtend", _time(state.ends_at_ms, zone))
    event.add("dtstamp", _time(state.announced_at_ms or state.starts_at_ms, ZoneInfo("UTC")))
    event.add("status", "CANCELLED" if state.stage == "cancelled" else "CONFIRMED")
    if state.place:
        event.add("location", state.place)
    agenda = _agenda(state)
    if agenda:
        event.add("description", agenda)
    event.add("url", f"{page}/meetings/{state.id}")
    return event


def _agenda(state: Meeting) -> str:
    return "\n".join(f"{place}. {item.title}" for place, item in enumerate(state.items, 1))


def _time(at_ms: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(zone)
