"""Handlers of a meeting's life before it sits: kinds, drafts, announcing, cancelling.

Imported by channels.meeting.feature.
"""

from channels.branch.contract import OrganisationOf, UnitOf
from channels.core.context import Context
from channels.meeting import plan as plans
from channels.meeting.committing import Step, change
from channels.meeting.errors import KIND_UNKNOWN, TOO_SHORT_NOTICE
from channels.meeting.kind import rules_of
from channels.meeting.protocol.events import (
    MeetingAnnounced,
    MeetingCancelled,
    MeetingChange,
    MeetingChanged,
)
from channels.meeting.protocol.life import (
    REPEATS_MAX,
    MeetingAnnounce,
    MeetingAnnounceResult,
    MeetingCancel,
    MeetingCreate,
    MeetingCreated,
    MeetingEdit,
    MeetingKinds,
    MeetingKindsResult,
)
from channels.meeting.protocol.values import (
    Meeting,
    MeetingBaton,
    MeetingRules,
    MeetingText,
)
from channels.meeting.reading import MEETINGS, Held, stored
from channels.meeting.rights import managing, running
from channels.meeting.seating import Audience, audience
from channels.meeting.settings import kinds_with
from channels.meeting.stages import BEFORE_OPENING, LIVE, check_stage
from channels.meeting.telling import tell_all
from channels.protocol.base import Done
from channels.protocol.errors import UNKNOWN_TOPIC, Refused
from storage.errors import PartialInsert

DAY_MS = 86_400_000
NEARBY_MS = 12 * 3_600_000
NEARBY_MAX = 20


# -- drafts --------------------------------------------------------------------------------------------------------------


async def kinds(command: MeetingKinds, ctx: Context) -> MeetingKindsResult:
    """Kinds of meeting of a unit's organisation.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN.
    """
    await managing(ctx, command.unit)
    organisation = await ctx.ask(OrganisationOf(ctx.actor.org or ""))
    file = kinds_with(organisation.template, organisation.changes)
    rules = [rules_of(file, kind, organisation.template_version) for kind in file.kinds]
    unit = await ctx.ask(UnitOf(command.unit))
    return MeetingKindsResult(
        kinds=[rule for rule in rules if (rule.body == "group") == (unit.kind == "group")]
    )


async def create(command: MeetingCreate, ctx: Context) -> MeetingCreated:
    """Store a draft, or a row of them. The same `cid` again answers with the drafts of the first time.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, KIND_UNKNOWN, PLAN_WRONG, ROLES_CLASH.
    """
    await managing(ctx, command.unit)
    rules = await rules_now(ctx, command.unit, command.kind)
    organisation = await ctx.ask(OrganisationOf(ctx.actor.org or ""))
    unit = await ctx.ask(UnitOf(command.unit))
    times = plans.repeated(command.plan, command.repeat, organisation.time_zone)
    drafts = [_draft(command, rules, ctx, time) for time in times]
    people = await audience(ctx.reader, organisation.org, drafts[0])
    plans.check_plan(command.plan, rules, lambda member: _known(member, people, command.plan.guests))
    documents = [
        {
            "_id": state.id,
            "org": organisation.org,
            "branch": unit.branch,
            "made_by": ctx.actor.member,
            "made_at_ms": ctx.received_at_ms,
            **({"cid": command.cid} if place == 0 else {"series": drafts[0].id}),
            **stored(Held(state, 1, organisation.org, unit.branch)),
        }
        for place, state in enumerate(drafts)
    ]
    try:
        await ctx.mongo[MEETINGS].insert_many(documents)
    except PartialInsert:
        return MeetingCreated(meetings=await _made_before(ctx, command.cid))
    return MeetingCreated(meetings=[state.id for state in drafts], nearby=await _nearby(ctx, drafts[0]))


def _known(member: str, people: Audience, guests: list[str]) -> bool:
    return member in people.people or member in guests


async def rules_now(ctx: Context, unit: str, key: str) -> MeetingRules:
    """Rules of a kind of meeting as the organisation's template has them now.

    Raises:
        Refused: UNKNOWN_TOPIC, KIND_UNKNOWN.
    """
    organisation = await ctx.ask(OrganisationOf(ctx.actor.org or ""))
    found = await ctx.ask(UnitOf(unit))
    if organisation is None or found is None:
        raise Refused(UNKNOWN_TOPIC)
    file = kinds_with(organisation.template, organisation.changes)
    kind = file.of(key)
    if kind is None or (kind.body == "group") != (found.kind == "group"):
        raise Refused(KIND_UNKNOWN)
    return rules_of(file, kind, organisation.template_version)


def _draft(command: MeetingCreate, rules: MeetingRules, ctx: Context, time: plans.Times) -> Meeting:
    plan, new_id = command.plan, ctx.reader.ids.uuid7
    return Meeting(
        id=new_id(),
        unit=command.unit,
        stage="draft",
        title=plan.title.strip(),
        place=plan.place.strip(),
        link=plan.link.strip(),
        note=plan.note.strip(),
        starts_at_ms=time.starts_at_ms,
        ends_at_ms=time.ends_at_ms,
        rules=rules,
        officers=plans.officers_of(plan),
        guests=list(dict.fromkeys(plan.guests)),
        guest_names=list(plan.guest_names),
        baton=MeetingBaton(owner=plan.organizer, version=1),
        made_by=str(ctx.actor.member),
        items=plans.items_of(plan.items, (), new_id),
    )


async def _made_before(ctx: Context, cid: str) -> list[str]:
    first = await ctx.mongo[MEETINGS].find_one({"made_by": ctx.actor.member, "cid": cid}, fields=("_id",))
    if first is None:
        raise Refused(UNKNOWN_TOPIC)
    rest = await ctx.mongo[MEETINGS].find(
        {"series": first["_id"]}, sort=(("starts_at_ms", 1),), fields=("_id",), limit=REPEATS_MAX
    )
    return [first["_id"], *(document["_id"] for document in rest)]


async def _nearby(ctx: Context, state: Meeting) -> list[str]:
    """Other meetings of the unit that are not over and begin within half a day (story S1 (f))."""
    found = await ctx.mongo[MEETINGS].find(
        {
            "unit": state.unit,
            "starts_at_ms": {"$gte": state.starts_at_ms - NEARBY_MS, "$lte": state.starts_at_ms + NEARBY_MS},
            "stage": {"$in": sorted(BEFORE_OPENING | LIVE)},
            "_id": {"$ne": state.id},
        },
        sort=(("starts_at_ms", 1),),
        fields=("_id",),
        limit=NEARBY_MAX,
    )
    return [document["_id"] for document in found]


async def edit(command: MeetingEdit, ctx: Context) -> Done:
    """Change the plan.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, PLAN_WRONG, ROLES_CLASH.
    """
    found = await running(ctx, command.meeting)
    people = await audience(ctx.reader, found.held.org, found.meeting)
    plans.check_plan(
        command.plan, found.meeting.rules, lambda member: _known(member, people, command.plan.guests)
    )

    def decide(held: Held) -> Step | None:
        check_stage(held.state, BEFORE_OPENING | LIVE)
        different = plans.edited(held.state, command.plan, ctx.reader.ids.uuid7)
        if held.state.stage in LIVE:  # what people came for stands
            different = different.model_copy(
                update={"starts_at_ms": None, "ends_at_ms": None, "guests": None}
            )
        facts = () if held.state.stage == "draft" else (tell_all(held, "changed"),)
        return Step(MeetingChanged, different, facts=facts)

    await change(ctx, command.meeting, decide)
    return Done()


# -- life ----------------------------------------------------------------------------------------------------------------


async def announce(command: MeetingAnnounce, ctx: Context) -> MeetingAnnounceResult:
    """Tell everybody who sits in it.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE, TOO_SHORT_NOTICE.
    """
    await running(ctx, command.meeting)
    warnings: list[MeetingText] = []

    def decide(held: Held) -> Step | None:
        if held.state.stage == "announced":
            return None
        check_stage(held.state, frozenset({"draft"}))
        warnings[:] = _lead(held.state, ctx.received_at_ms)
        return Step(
            MeetingAnnounced,
            MeetingChange(stage="announced", announced_at_ms=ctx.received_at_ms),
            facts=(tell_all(held, "announced", starts_at_ms=held.state.starts_at_ms),),
        )

    await change(ctx, command.meeting, decide)
    return MeetingAnnounceResult(warning=warnings[0] if warnings else None)


def _lead(state: Meeting, now_ms: int) -> list[MeetingText]:
    lead = state.rules.lead
    if state.starts_at_ms - now_ms >= lead.min * DAY_MS:
        return []
    if lead.mode == "block":
        raise Refused(TOO_SHORT_NOTICE, n=lead.min)
    return [
        MeetingText(
            zh=f"按模板应提前{lead.min}天通知,这次不足", en=f"The template asks for {lead.min} days of notice"
        )
    ]


async def cancel(command: MeetingCancel, ctx: Context) -> Done:
    """Call a meeting off.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, WRONG_STAGE.
    """
    await running(ctx, command.meeting)

    def decide(held: Held) -> Step | None:
        if held.state.stage == "cancelled":
            return None
        check_stage(held.state, BEFORE_OPENING)
        facts = () if held.state.stage == "draft" else (tell_all(held, "cancelled"),)
        return Step(
            MeetingCancelled,
            MeetingChange(stage="cancelled", reason=command.reason.strip()),
            facts=facts,
        )

    await change(ctx, command.meeting, decide)
    return Done()
