"""Written opinions: filed before the opening, confirmed by a second person, sealed until the vote is counted (domain.md 2.4).

meeting_opinions   {_id: motion|member, meeting, motion, member, about, by, confirmed_by?, sealed choice}

An opinion is about the words of a motion as they were read: `about` is their digest. Words with confirmed opinions cannot be changed
any more; an unconfirmed one on other words is replaced when somebody enters it anew.

Imported by channels.meeting.floor.
"""

import hashlib
from collections import Counter

from channels.core.context import Context, Reader
from channels.meeting.committing import Step, change
from channels.meeting.errors import NOT_ENTITLED, NOTHING_THERE, ROLES_CLASH, WRONG_STAGE
from channels.meeting.floor.errors import OPINION_DIFFERS
from channels.meeting.floor.outcome import Opinions
from channels.meeting.protocol.events import MeetingChange, MeetingOpinionFiled
from channels.meeting.protocol.floor import MeetingFileOpinion
from channels.meeting.protocol.values import Meeting, MeetingMotion
from channels.meeting.quorum import rule_of
from channels.meeting.reading import Held
from channels.meeting.rights import at_desk
from channels.meeting.seating import audience, seats_of
from channels.meeting.sheet import PRESENT, Sheet
from channels.protocol.base import Done
from channels.protocol.errors import Refused
from storage.errors import Duplicate
from storage.log import Update
from storage.rotation import SealedField

OPINIONS = "meeting_opinions"
FIELD = "meeting_opinions.choice"
SEALED_FIELDS: tuple[SealedField, ...] = (SealedField(OPINIONS, "choice"),)
"""For key rotation."""

OPINIONS_MAX = 5_000


def motion_of(state: Meeting, motion: str) -> MeetingMotion:
    """A motion of the meeting.

    Raises:
        Refused: NOTHING_THERE.
    """
    found = next((one for one in state.motions if one.id == motion), None)
    if found is None:
        raise Refused(NOTHING_THERE)
    return found


async def file_opinion(command: MeetingFileOpinion, ctx: Context) -> Done:
    """Enter an opinion, or confirm the one somebody else entered.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE (the meeting has opened, or the rule takes none), NOTHING_THERE, NOT_ENTITLED,
            ROLES_CLASH (one's own, or both times the same person), OPINION_DIFFERS.
    """
    found = await at_desk(ctx, command.meeting)
    motion = await _check(found.held, command, ctx)
    key = f"{command.motion}|{command.member}"
    opinions = ctx.mongo[OPINIONS]
    document = {
        "_id": key,
        "meeting": command.meeting,
        "motion": command.motion,
        "member": command.member,
        "about": about(motion),
        "by": found.member,
        "choice": ctx.reader.cipher.encrypt(command.choice, field=FIELD, record=key),
    }
    try:
        await opinions.insert_one(document)
    except Duplicate:
        of_other_words = {"_id": key, "about": {"$ne": about(motion)}, "confirmed_by": {"$exists": False}}
        fields = {name: value for name, value in document.items() if name != "_id"}
        if not await opinions.update_one(of_other_words, {"$set": fields}):
            await _confirm(command, key, found.member, ctx)
    return Done()


def about(motion: MeetingMotion) -> str:
    """Digest of what an opinion on a motion is about."""
    words = "\n".join((motion.title, motion.text, motion.person, motion.rule))
    return hashlib.sha256(words.encode()).hexdigest()


async def _check(held: Held, command: MeetingFileOpinion, ctx: Context) -> MeetingMotion:
    state = held.state
    if state.stage not in ("draft", "announced", "lobby"):
        raise Refused(WRONG_STAGE)
    motion = motion_of(state, command.motion)
    rule = rule_of(state, motion.rule)
    if rule is None or not rule.written_opinion:
        raise Refused(WRONG_STAGE)
    if command.member == ctx.actor.member:
        raise Refused(ROLES_CLASH)
    people = await audience(ctx.reader, held.org, state)
    seats = {
        person.member: person for person in seats_of(state.rules.body, state.unit, people.people.values())
    }
    person = next((one for member, one in seats.items() if member == command.member), None)
    if person is None or person.class_ not in people.voting:
        raise Refused(NOT_ENTITLED)
    return motion


async def _confirm(command: MeetingFileOpinion, key: str, by: str, ctx: Context) -> None:
    found = await ctx.mongo[OPINIONS].by_id(key)
    if found is None:
        raise Refused(NOTHING_THERE)
    choice = ctx.reader.cipher.decrypt(bytes(found["choice"]), field=FIELD, record=key)
    if choice != command.choice:
        raise Refused(OPINION_DIFFERS)
    if found.get("confirmed_by"):
        return
    if found["by"] == by:
        raise Refused(ROLES_CLASH)
    confirmed = Update(
        OPINIONS, {"_id": key, "confirmed_by": {"$exists": False}}, {"$set": {"confirmed_by": by}}
    )

    def decide(held: Held) -> Step | None:
        if held.state.stage not in ("draft", "announced", "lobby"):
            raise Refused(WRONG_STAGE)
        motion = motion_of(held.state, command.motion)
        if about(motion) != found["about"]:
            raise Refused(OPINION_DIFFERS)  # the words were changed at this moment
        counted = motion.model_copy(update={"written": motion.written + 1})
        return Step(MeetingOpinionFiled, MeetingChange(motions_set=[counted]), writes=(confirmed,))

    await change(ctx, command.meeting, decide)


async def opinions_of(reader: Reader, motion: MeetingMotion, sheet: Sheet) -> Opinions:
    """The confirmed opinions on a motion of those who did not come; whoever came votes in the hall."""
    found = await reader.mongo[OPINIONS].find(
        {"motion": motion.id, "about": about(motion), "confirmed_by": {"$exists": True}}, limit=OPINIONS_MAX
    )
    choices = Counter[str]()
    for document in found:
        row = sheet.rows.get(document["member"])
        if row is None or not row.votes or row.status in PRESENT or row.status == "excluded":
            continue
        blob = bytes(document["choice"])
        choices[reader.cipher.decrypt(blob, field=FIELD, record=document["_id"])] += 1
    return Opinions(yes=choices["yes"], no=choices["no"], abstain=choices["abstain"])
