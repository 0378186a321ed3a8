"""Server time as people of an organisation read it. Pure. Imported by channels.meeting."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo


def local(at_ms: int, zone: str) -> datetime:
    """A moment in a zone (IANA name)."""
    return datetime.fromtimestamp(at_ms / 1_000, UTC).astimezone(ZoneInfo(zone))


def local_time(at_ms: int, zone: str) -> str:
    """Hour and minute, e.g. `19:00`."""
    return f"{local(at_ms, zone):%H:%M}"
