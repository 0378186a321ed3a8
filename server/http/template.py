"""The organisation's template over HTTP: what holds, proposing a change, deciding on it. May be imported by server.

Open to every member for reading: what the rules are, and who changed them when and why, is nobody's secret.
"""

from channels.branch.contract import Organisation, OrganisationOf, Unit
from channels.branch.hand import Hand
from channels.branch.protocol import BranchText
from channels.branch.store import person_cards, unit
from channels.branch.template import templates
from channels.core.feature import RateClass
from channels.core.settings import Pair, Setting, Value
from channels.protocol.errors import FORBIDDEN, NOT_FOUND, Refused
from channels.template.errors import PROPOSAL_DECIDED, PROPOSAL_OPEN
from channels.template.proposal import Line, Proposal
from channels.template.records import find, history
from channels.template.steps import (
    Decision,
    Step,
    Wish,
    changed_lines,
    decided,
    proposed,
    settings_under,
    withdrawn,
)
from server.http.officers import hand_of, place_of, reader_of
from server.http.routes import Call, Gate, RouteRow
from server.http.template_models import (
    TemplateAnswer,
    TemplateChoice,
    TemplateDecision,
    TemplateLine,
    TemplateProposal,
    TemplateProposed,
    TemplateSetting,
    TemplateShare,
    TemplateValue,
    TemplateWish,
    TemplateWord,
)
from storage.errors import Duplicate, GuardFailed
from storage.log import Write

PROPOSE = "template.propose"
DECIDE = "template.decide"


async def show(call: Call) -> TemplateAnswer:
    """The template of the own organisation: what holds, what is proposed, what was."""
    organisation, root = await _home(call)
    reader = reader_of(call)
    file = await settings_under(reader, organisation, {})
    now = await settings_under(reader, organisation, organisation.changes)
    past = await history(call.services.mongo, organisation.org)
    cards = await person_cards(
        call.services.mongo, [m for one in past for m in (one.by, one.decided_by) if m is not None]
    )
    names = {str(member): card.name for member, card in cards.items()}
    shown = [await _proposal(call, organisation, one, names) for one in past]
    template = templates()[organisation.template]
    return TemplateAnswer(
        template=template.key,
        title=BranchText(zh=template.title.zh, en=template.title.en),
        note=BranchText(zh=template.note.zh, en=template.note.en),
        version=organisation.template_version,
        settings=[_setting(one, standard) for one, standard in zip(now, file, strict=True)],
        open=next((one for one in shown if one.state == "open"), None),
        history=[one for one in shown if one.state != "open"],
        may_propose=call.actor.can(PROPOSE, place_of(root)),
        may_decide=call.actor.can(DECIDE, place_of(root)),
    )


async def propose(call: Call) -> TemplateProposed:
    """Propose a change; another officer decides on it."""
    organisation, root, member = await _officer(call, PROPOSE)
    body: TemplateWish = call.body
    changes = {edit.key: _plain(edit.value) for edit in body.changes}
    hand = hand_of(call, root, PROPOSE)
    proposal, step = await proposed(
        hand.reader, organisation, member, Wish(body.base_version, changes, body.reason)
    )
    try:
        await _commit(hand, root, step, "template.proposed", proposal)
    except Duplicate as taken:
        raise Refused(PROPOSAL_OPEN) from taken
    return TemplateProposed(proposal=proposal.id)


async def decide(call: Call) -> None:
    """Confirm or decline another officer's proposal; a confirmed one holds at once and is told to all members."""
    organisation, root, member = await _officer(call, DECIDE)
    body: TemplateDecision = call.body
    proposal = await _found(call, organisation)
    hand = hand_of(call, root, DECIDE)
    step = decided(hand.reader, organisation, proposal, member, Decision(body.accept, body.answer))
    action = "template.confirmed" if body.accept else "template.declined"
    await _settle(hand, root, step, action, proposal)


async def withdraw(call: Call) -> None:
    """Take the own proposal back."""
    organisation, root, member = await _officer(call, PROPOSE)
    proposal = await _found(call, organisation)
    hand = hand_of(call, root, PROPOSE)
    await _settle(hand, root, withdrawn(hand.reader, proposal, member), "template.withdrawn", proposal)


async def _home(call: Call) -> tuple[Organisation, Unit]:
    if call.actor.org is None:
        raise Refused(NOT_FOUND)
    organisation: Organisation | None = await reader_of(call).ask(OrganisationOf(call.actor.org))
    root = await unit(call.services.mongo, organisation.root) if organisation is not None else None
    if organisation is None or root is None:
        raise Refused(NOT_FOUND)
    return organisation, root


async def _officer(call: Call, capability: str) -> tuple[Organisation, Unit, str]:
    """The caller's organisation, where the right is held at its root: the rules are those of all branches."""
    organisation, root = await _home(call)
    if call.actor.member is None or not call.actor.can(capability, place_of(root)):
        raise Refused(FORBIDDEN)
    return organisation, root, str(call.actor.member)


async def _found(call: Call, organisation: Organisation) -> Proposal:
    proposal = await find(call.services.mongo, organisation.org, call.part("proposal"))
    if proposal is None:
        raise Refused(NOT_FOUND)
    return proposal


async def _commit(hand: Hand, root: Unit, step: Step, action: str, proposal: Proposal) -> None:
    audit: Write = hand.audit(action, org=proposal.org, unit=root.unit, reason=proposal.reason)
    await hand.reader.log.commit(step.appends, (*step.writes, audit))


async def _settle(hand: Hand, root: Unit, step: Step, action: str, proposal: Proposal) -> None:
    """Raises: Refused: PROPOSAL_DECIDED, when somebody was faster."""
    try:
        await _commit(hand, root, step, action, proposal)
    except GuardFailed as late:
        raise Refused(PROPOSAL_DECIDED) from late


async def _proposal(
    call: Call, organisation: Organisation, one: Proposal, names: dict[str, str]
) -> TemplateProposal:
    return TemplateProposal(
        proposal=one.id,
        base_version=one.base_version,
        state=one.state,
        by=names.get(one.by, ""),
        own=one.by == call.actor.member,
        at_ms=one.at_ms,
        reason=one.reason,
        lines=[_line(line) for line in await _lines(call, organisation, one)],
        decided_by=names.get(one.decided_by, "") if one.decided_by is not None else None,
        decided_at_ms=one.decided_at_ms,
        answer=one.answer,
    )


async def _lines(call: Call, organisation: Organisation, one: Proposal) -> list[Line]:
    try:
        return await changed_lines(reader_of(call), organisation, one.before, one.changes)
    except Refused:
        return []  # an old proposal may name what a later file no longer takes; who and when stay readable


def _line(line: Line) -> TemplateLine:
    return TemplateLine(
        key=line.setting.key,
        section=_both(line.setting.section),
        label=_both(line.setting.label),
        before=_wire(line.before),
        after=_wire(line.setting.value),
    )


def _setting(one: Setting, standard: Setting) -> TemplateSetting:
    return TemplateSetting(
        key=one.key,
        section=_both(one.section),
        label=_both(one.label),
        kind=one.kind,
        value=_wire(one.value),
        standard=_wire(standard.value),
        least=one.least,
        most=one.most,
        choices=[TemplateChoice(word=word, text=_both(text)) for word, text in one.choices],
        optional=one.optional,
        unit=_both(one.unit) if one.unit is not None else None,
    )


def _both(pair: Pair) -> BranchText:
    return BranchText(zh=pair[0], en=pair[1])


def _wire(value: Value) -> TemplateValue:
    if isinstance(value, dict):
        return TemplateWord(**value) if "zh" in value else TemplateShare(**value)
    return value


def _plain(value: TemplateValue) -> Value:
    if isinstance(value, TemplateShare | TemplateWord):
        return value.model_dump()
    return value


TEMPLATE_ROUTES: tuple[RouteRow, ...] = (
    RouteRow("GET", "/template", "template.show", None, TemplateAnswer, Gate.MEMBER, show, rate=RateClass.READ),
    RouteRow("POST", "/template/proposals", "template.propose", TemplateWish, TemplateProposed, Gate.MEMBER, propose,
             PROPOSE, status=201),
    RouteRow("POST", "/template/proposals/{proposal}/decision", "template.decide", TemplateDecision, None, Gate.FRESH,
             decide, DECIDE),
    RouteRow("DELETE", "/template/proposals/{proposal}", "template.withdraw", None, None, Gate.MEMBER, withdraw, PROPOSE),
)  # fmt: skip
