"""What a meeting is on the wire: its state, part by part. Values only.

The state a client holds is `Meeting`; every event carries a `MeetingChange` of it (`change.py`). What is known about single
people (who is here, who answered) stands in `sheet.py` and reaches the organizers' desk and the person alone.

Imported by channels.meeting, tests and through the generated types by the client.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from channels.protocol.base import Count, Id, Millis, WireModel

TITLE_MAX = 80
NOTE_MAX = 2_000
REASON_MAX = 300
ITEMS_MAX = 50
MOTIONS_MAX = 100
HANDS_MAX = 3_000
TASKS_MAX = 100
ROUNDS_MAX = 10
HELPERS_MAX = 20
"""Scrutineers, and tellers, of one meeting at most."""

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]

Stage = Literal[
    "draft",
    "announced",
    "lobby",
    "in_session",
    "paused",
    "closed",
    "minutes_draft",
    "minutes_review",
    "returned",
    "approved",
    "cancelled",
]
"""domain.md 5.1; sealing follows `approved` when the record log exists."""

Base = Literal["roll", "entitled", "present_entitled", "cast_valid", "total_weight"]
Body = Literal["all", "committee", "group", "delegates"]
CheckInMode = Literal["code", "qr", "organizer", "rollcall", "paper"]
VoteForm = Literal["hand", "voice", "named", "paper"]
"""`paper`: secret ballots on paper whose tally two tellers enter."""

Choice = Literal["yes", "no", "abstain"]
HandKind = Literal["speech", "order", "question"]
"""`order`: point of order; `question`: interposed question. Both go before speeches."""


class MeetingText(WireModel):
    """The same sentence in both languages."""

    zh: str
    en: str


class MeetingThreshold(WireModel):
    """`count * den op num * base`, on integers (domain.md 2.3)."""

    base: Base
    num: Count
    den: Count
    op: Literal[">", ">="]


class MeetingRule(WireModel):
    """How one class of motions is decided: what must be present, what must say yes."""

    key: Key
    title: MeetingText
    quorum: MeetingThreshold | None
    """None: no quorum is asked for."""
    decision: MeetingThreshold
    forms: list[VoteForm]
    written_opinion: bool
    """True: written opinions filed before the opening count as votes, never as presence."""
    one_per_person: bool
    """True: one motion per person; a block vote is refused."""


class MeetingLead(WireModel):
    """How long before its beginning a meeting must be announced."""

    min: Count
    unit: Literal["day"]
    mode: Literal["warn", "block"]


class MeetingCheckInRule(WireModel):
    """How check-in works by the template."""

    modes: list[CheckInMode]
    window_ms: Millis
    """From opening: who comes within it is on time."""
    late_ms: Millis
    """After the window: who comes within it is late."""
    step_ms: Millis
    margin_ms: Millis
    rounds_max: Count


class MeetingLeaveRule(WireModel):
    """How leave works by the template."""

    categories: list[Key]
    late_hours: Count
    """Hours after closing in which leave may still be asked for; 0 for not at all."""


class MeetingRules(WireModel):
    """The rules of a meeting, from the organisation's template; frozen when the meeting opens."""

    template: Key
    version: Count
    kind: Key
    title: MeetingText
    body: Body
    rules: list[MeetingRule]
    """The first is the one of ordinary motions."""
    check_in: MeetingCheckInRule
    lead: MeetingLead
    leave: MeetingLeaveRule
    remote: bool
    """True: attendance from afar counts."""
    chair_speaks_last: bool
    note: MeetingText
    """Shown beside the rules, e.g. 请按本组织章程核对."""


class MeetingOfficers(WireModel):
    """Who does what in this meeting (domain.md 2.17)."""

    chair: Id
    recorder: Id
    organizer: Id
    scrutineers: list[Id] = Field(default_factory=list, max_length=HELPERS_MAX)
    tellers: list[Id] = Field(default_factory=list, max_length=HELPERS_MAX)


class MeetingBaton(WireModel):
    """Who runs the roll-call now; whoever takes over raises `version`."""

    owner: Id
    version: Count


class MeetingRoll(WireModel):
    """The roll as it was frozen at opening (domain.md 2.2)."""

    version: Count
    expected: Count
    entitled: Count
    excluded: Count
    observers: Count
    frozen_at_ms: Millis


class MeetingItem(WireModel):
    """One item of the agenda."""

    id: Id
    order: Count
    title: str
    note: str = ""
    kind: Literal["report", "discussion", "motion", "other"]
    rule: Key | None = None
    """For motions: the rule they are decided by."""
    planned_ms: Millis
    started_at_ms: Millis | None = None
    """Set while it is the current item."""
    spent_ms: Millis = 0
    """Time used before `started_at_ms`."""
    done: bool = False


class MeetingRound(WireModel):
    """One round of check-in; half-open intervals of server time: [opens, late_from) on time, [late_from, closes) late."""

    id: Id
    order: Count
    """1, 2, 3 …"""
    opens_at_ms: Millis
    late_from_ms: Millis
    closes_at_ms: Millis
    extended_ms: Millis = 0
    """By how much an outage or the organizer extended it."""
    outage_ms: Millis = 0
    """Beginning of the last outage that extended it; 0 for none."""
    reason: str = ""


class MeetingRollCall(WireModel):
    """A roll-call: name by name, or all at once."""

    id: Id
    order: Count
    mode: Literal["one", "all"]
    sequence: Literal["roll", "random"]
    started_at_ms: Millis
    called: Id | None = None
    """Who is called now; None between names and for all at once."""
    called_at_ms: Millis | None = None
    cursor: Count = 0
    """How many were called."""
    second: bool = False
    """True while those who did not answer are called again."""
    total: Count
    ended_at_ms: Millis | None = None


class MeetingHand(WireModel):
    """Somebody who wants to speak."""

    id: Id
    member: Id
    group: Id | None = None
    kind: HandKind
    order: Count
    """Place in the queue, ascending; gaps mean nothing."""
    raised_at_ms: Millis


class MeetingSpeaking(WireModel):
    """Who has the floor."""

    member: Id
    kind: HandKind
    limit_ms: Millis
    running_since_ms: Millis | None
    """None while the clock is paused."""
    spent_ms: Millis
    """Time used before `running_since_ms`."""


class MeetingTally(WireModel):
    """Counts as one teller, or the organizer, entered them."""

    by: Id
    issued: Count
    returned: Count
    yes: Count
    no: Count
    abstain: Count
    invalid: Count
    at_ms: Millis


class MeetingFrozen(WireModel):
    """What a vote was opened on; nothing that happens later changes it (invariant 13)."""

    roll_version: Count
    expected: Count
    entitled: Count
    present: Count
    present_entitled: Count
    quorum_needed: Count
    """0 when no quorum is asked for."""
    at_ms: Millis


class MeetingResult(WireModel):
    """The outcome, explained."""

    yes: Count
    no: Count
    abstain: Count
    invalid: Count
    written_yes: Count
    written_no: Count
    written_abstain: Count
    base: Count
    needed: Count
    passed: bool
    sentence: MeetingText


class MeetingMotion(WireModel):
    """A question that is decided."""

    id: Id
    order: Count
    item: Id | None = None
    title: str
    text: str = ""
    person: str = ""
    """Whom it is about, as people say it; for rules with one motion per person."""
    mover: Id | None = None
    seconder: Id | None = None
    rule: Key
    form: VoteForm
    state: Literal["proposed", "discussing", "open", "counted", "passed", "failed", "deferred", "void"]
    opened_at_ms: Millis | None = None
    closed_at_ms: Millis | None = None
    frozen: MeetingFrozen | None = None
    written: Count = 0
    """Written opinions that were filed and confirmed; how they voted shows with the result."""
    tallies: list[MeetingTally] = Field(default_factory=list)
    result: MeetingResult | None = None
    reason: str = ""
    """Why it was deferred or void."""


class MeetingTask(WireModel):
    """Something somebody does until a day."""

    id: Id
    order: Count
    title: str
    owner: Id
    due_on: Day | None = None
    motion: Id | None = None
    done: bool = False


class MeetingQuorumMark(WireModel):
    """A threshold of presence that was reached; once per rule and round."""

    id: str
    """`<rule>:<round's order>`."""
    order: Count
    rule: Key
    needed: Count
    present: Count
    at_ms: Millis


class MeetingMinutesMark(WireModel):
    """Where the minutes stand; the text is read with `meeting.minutes`."""

    version: Count
    by: Id
    """Recorder who wrote the newest version."""
    reviewer: Id | None = None
    reason: str = ""
    """Why it was returned."""
    approved_at_ms: Millis | None = None


class Meeting(WireModel):
    """The state of a meeting as everybody in it may know it."""

    id: Id
    unit: Id
    """Branch or group whose meeting it is."""
    stage: Stage
    title: str
    place: str = ""
    link: str = ""
    """Address of the audio or video call, https only."""
    note: str = ""
    starts_at_ms: Millis
    ends_at_ms: Millis
    """As planned."""
    rules: MeetingRules
    officers: MeetingOfficers
    guests: list[Id] = Field(default_factory=list)
    """Observers who are members of the organisation."""
    guest_names: list[str] = Field(default_factory=list)
    """Observers without account."""
    baton: MeetingBaton
    made_by: Id
    announced_at_ms: Millis | None = None
    opened_at_ms: Millis | None = None
    paused_at_ms: Millis | None = None
    closed_at_ms: Millis | None = None
    reason: str = ""
    """Why it was cancelled."""
    roll: MeetingRoll | None = None
    current_item: Id | None = None
    roll_call: MeetingRollCall | None = None
    """The newest one."""
    speaking: MeetingSpeaking | None = None
    minutes: MeetingMinutesMark | None = None
    spoken: dict[str, Count] = Field(default_factory=dict)
    """Group -> speeches so far ("" for those without group), so that the list of speakers can be fair to small groups."""
    items: list[MeetingItem] = Field(default_factory=list)
    rounds: list[MeetingRound] = Field(default_factory=list)
    hands: list[MeetingHand] = Field(default_factory=list)
    motions: list[MeetingMotion] = Field(default_factory=list)
    tasks: list[MeetingTask] = Field(default_factory=list)
    quorum: list[MeetingQuorumMark] = Field(default_factory=list)
