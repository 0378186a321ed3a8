"""Minutes as stored, and as they are shown. Imported by channels.meeting.minutes and server.

meeting_minutes   {_id: meeting, version, by, sections [...], open_matters, reviewer?, reason}
meeting_read      {_id: meeting|member, at_ms}: 已阅知
"""

import hashlib

import orjson

from channels.branch.contract import OrganisationOf, PersonCards, UnitOf
from channels.core.context import Reader
from channels.meeting.minutes.prefill import Surroundings, first_sections, head_of
from channels.meeting.protocol.minutes import MeetingMinutesText, MinutesSection
from channels.meeting.reading import Held
from channels.meeting.sheet import Sheet
from channels.meeting.sheets import sheet_of_meeting

MINUTES = "meeting_minutes"


async def surroundings(reader: Reader, held: Held, sheet: Sheet) -> Surroundings:
    """Names of everything and everybody in a meeting, as they are now."""
    state = held.state
    organisation = await reader.ask(OrganisationOf(held.org))
    unit = await reader.ask(UnitOf(state.unit))
    officers = state.officers
    wanted = {
        *sheet.rows,
        officers.chair,
        officers.recorder,
        officers.organizer,
        *(task.owner for task in state.tasks),
        *state.guests,
    }
    people = await reader.ask(PersonCards(tuple(sorted(wanted))))
    return Surroundings(
        organisation=organisation.name if organisation is not None else "",
        unit=unit.name if unit is not None else "",
        time_zone=organisation.time_zone if organisation is not None else "UTC",
        names={member: person.name for member, person in people.items()},
    )


async def minutes_of(reader: Reader, held: Held) -> MeetingMinutesText:
    """The newest version; pre-filled when there is none yet (version 0)."""
    state = held.state
    sheet = await sheet_of_meeting(reader, state.id)
    around = await surroundings(reader, held, sheet)
    stored = await reader.mongo[MINUTES].by_id(state.id)
    sections = (
        [MinutesSection.model_validate(section) for section in stored["sections"]]
        if stored is not None
        else first_sections(state)
    )
    mark = state.minutes
    shown = MeetingMinutesText(
        meeting=state.id,
        stage=state.stage,
        version=stored["version"] if stored is not None else 0,
        by=stored["by"] if stored is not None else state.officers.recorder,
        head=head_of(state, sheet, around),
        sections=sections,
        open_matters=stored["open_matters"] if stored is not None else "",
        reviewer=mark.reviewer if mark is not None else None,
        reason=mark.reason if mark is not None else "",
        approved_at_ms=mark.approved_at_ms if mark is not None else None,
        fingerprint="",
    )
    return shown.model_copy(update={"fingerprint": fingerprint(shown)})


def fingerprint(minutes: MeetingMinutesText) -> str:
    """SHA-256 over the content in one fixed order; file formats do not change it."""
    content = minutes.model_dump(
        mode="json", exclude={"fingerprint", "stage", "reason", "reviewer", "approved_at_ms"}
    )
    content["head"]["counts"].pop("at")
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
