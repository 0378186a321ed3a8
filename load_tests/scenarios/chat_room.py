"""One room: so many members listen, a few speak, closed loop or at a steady rate. The measure of fan-out and of durable sends.

CPU per delivery is that of the serving processes from before the first message to the arrival of the last one, over all
deliveries to all subscribers: commands, storing, framing and writing are in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load_tests.checker import Account, Seen, Sent, Verdict, judge
from load_tests.crowd import Crowd, Gathering
from load_tests.house import House, HousePlan
from load_tests.measures import Percentiles, load_of, percentiles
from load_tests.outcome import Outcome, bound_note, faults, times
from load_tests.passes import Pass
from load_tests.scenarios.stage import reading, stage, stored
from load_tests.screen import Screen
from load_tests.window import Window, window

ARRIVE_S = 30.0
"""After the last answer every message has so long to reach everybody."""


@dataclass(frozen=True, slots=True)
class ChatRoom:
    """Options."""

    subscribers: int = field(default=1_000, metadata={"about": "members who listen"})
    senders: int = field(default=8, metadata={"about": "members who speak"})
    inflight: int = field(default=1, metadata={"about": "unanswered messages at any time; 0 for a rate"})
    rate: float = field(default=0.0, metadata={"about": "messages per second instead of a closed loop"})
    seconds: float = field(default=10.0, metadata={"about": "how long is spoken"})
    warm_seconds: float = field(default=1.0, metadata={"about": "how long is spoken before it counts"})
    workers: int = field(default=1, metadata={"about": "serving processes"})
    programs: int = field(default=1, metadata={"about": "programs of the crowd"})
    exact: int = field(
        default=50, metadata={"about": "every so many-th listener looks at every frame; 1 for all"}
    )
    seed: int = field(default=1, metadata={"about": "of the texts"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if self.subscribers < 1 or self.senders < 1 or self.seconds <= 0:
            raise ValueError("at least one listener, one speaker and some time")
        if bool(self.inflight) == bool(self.rate):
            raise ValueError("either --inflight or --rate")
        if self.inflight > 32 * self.senders:
            raise ValueError(
                "a connection takes 32 commands at once: more --senders for that many --inflight"
            )


@dataclass(frozen=True, slots=True)
class ChatRoomResult:
    """What came out.

    Attributes:
        options: What was asked for.
        sends: Acknowledged messages that count.
        sends_per_s: Over the time from the first sending to the last answer.
        deliveries: Messages times subscribers, as they arrived.
        deliveries_per_s: In the same time.
        cpu_us_per_delivery: Of the serving processes.
        database_us_per_send: CPU of MongoDB for each message.
        crowd_us_per_delivery: CPU of the generator's listening programs.
        crowd_share, voices_share: CPU of the programs that listen and that speak, of their wall time.
        ack: From sending to the answer.
        delivery: From sending to arrival, at those who look closely.
        handshake: From the first byte to the welcome.
        members_per_s: Who came in, from the first handshake to the last entry into the room.
        rss_bytes: Of the serving processes at the end.
        rss_per_subscriber_bytes: What they grew by while the subscribers came, for each.
        missing: Deliveries that should have been and were not, all subscribers.
        surplus: Deliveries that should not have been.
        refused: Refusals by key.
        lagged: How often a subscriber was too slow.
        breaks: Connections that broke.
        verdict: Of the checker.
    """

    options: ChatRoom
    sends: int
    sends_per_s: float
    deliveries: int
    deliveries_per_s: float
    cpu_us_per_delivery: float
    database_us_per_send: float
    crowd_us_per_delivery: float
    crowd_share: float
    voices_share: float
    ack: Percentiles
    delivery: Percentiles
    handshake: Percentiles
    members_per_s: float
    rss_bytes: int
    rss_per_subscriber_bytes: int
    missing: int
    surplus: int
    refused: dict[str, int]
    lagged: int
    breaks: int
    verdict: Verdict

    @property
    def good(self) -> bool:
        """Nothing was lost, doubled, reordered, left out or made up, and nobody fell out."""
        return self.verdict.good and not (self.missing or self.surplus or self.breaks)

    def lines(self) -> list[str]:
        """For people."""
        options, verdict = self.options, self.verdict
        how = f"{options.inflight} in flight" if options.inflight else f"{options.rate:g} messages/s"
        return [
            f"{options.subscribers:,} subscribers, {options.senders} senders, {how}, {options.workers} process(es)",
            f"sends        {self.sends:,} acknowledged, {self.sends_per_s:,.0f}/s",
            f"deliveries   {self.deliveries:,}, {self.deliveries_per_s:,.0f}/s",
            f"server CPU   {self.cpu_us_per_delivery:.2f} µs per delivery",
            f"database CPU {self.database_us_per_send:.0f} µs per send",
            f"crowd CPU    {self.crowd_us_per_delivery:.2f} µs per delivery, {self.crowd_share:.0%} of its cores",
            f"ack          {self.ack}",
            f"delivery     {self.delivery}",
            f"handshake    {self.handshake}, {self.members_per_s:.0f} members/s",
            f"memory       {self.rss_bytes / 2**20:.0f} MiB, {self.rss_per_subscriber_bytes / 1024:.1f} KiB per subscriber",
            f"losses       missing {self.missing}, surplus {self.surplus}, lost {verdict.lost}, doubled {verdict.doubled}, "
            f"reordered {verdict.reordered}, holes {verdict.holes}, phantoms {verdict.phantoms}",
            f"trouble      refused {self.refused or 0}, lagged {self.lagged}, breaks {self.breaks}",
            *verdict.examples,
            *bound_note(max(self.crowd_share, self.voices_share)),
        ]

    def outcome(self, options: Any) -> Outcome:  # noqa: ANN401 - of whoever asked
        """In the form that reports read."""
        figures = {
            "cpu_us_per_delivery": self.cpu_us_per_delivery,
            "deliveries_per_s": self.deliveries_per_s,
            "sends_per_s": self.sends_per_s,
            "database_us_per_send": self.database_us_per_send,
            **times("ack", self.ack),
            **times("delivery", self.delivery),
            "members_per_s": self.members_per_s,
            "lagged": self.lagged,
            "refused": sum(self.refused.values()),
            "listeners_generator_share": self.crowd_share,
            "speakers_generator_share": self.voices_share,
        }
        losses = {
            "missing": self.missing,
            "surplus": self.surplus,
            "breaks": self.breaks,
            **faults(self.verdict),
        }
        notes = bound_note(max(self.crowd_share, self.voices_share))
        return Outcome(options, figures, losses, (*notes, *self.verdict.examples))


@dataclass(frozen=True, slots=True)
class _Measured:
    """Raw figures of the talk that counts."""

    spoken: dict[str, Any]
    warm: dict[str, Any]
    seen: Window
    voices_ns: int
    arrived: list[dict[str, Any]]
    before: list[dict[str, Any]]
    after: list[dict[str, Any]]


async def run(options: ChatRoom, screen: Screen) -> ChatRoomResult:
    """Set everything up, talk, judge.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    plan = HousePlan(
        members=options.subscribers + options.senders + 1, workers=options.workers, folder=options.folder
    )
    async with stage(plan, screen) as house:
        return await in_house(house, options, screen)


async def in_house(house: House, options: ChatRoom, screen: Screen) -> ChatRoomResult:
    """The same in a house that stands, with at least `subscribers + senders + 1` members in its first branch."""
    room = house.roll.branches[0]
    head = await head_of(house, house.roll.passes[-1], f"chat:{room}")
    listeners = house.roll.passes[: options.subscribers]
    speakers = house.roll.passes[options.subscribers : options.subscribers + options.senders]
    async with Crowd(house, options.programs) as crowd, Crowd(house) as voices:
        empty = house.serving()
        with screen.step("members are coming"):
            gathered = await crowd.gather(listeners, Gathering((f"chat:{room}",), options.exact))
            await voices.gather(speakers, Gathering((), exact=0))
            await house.calm()
        full = house.serving()
        measured = await _measure(house, crowd, voices, options, screen)
        with screen.step("judging"):
            verdict = await _judge(house, crowd, measured, head)
    deliveries = _sum(measured.after, "messages") - _sum(measured.before, "messages")
    sends, lasted_s = len(measured.spoken["acknowledged"]), measured.spoken["lasted_s"]
    return ChatRoomResult(
        options=options,
        sends=sends,
        sends_per_s=sends / lasted_s,
        deliveries=deliveries,
        deliveries_per_s=deliveries / lasted_s,
        cpu_us_per_delivery=measured.seen.serving_ns / 1e3 / max(1, deliveries),
        database_us_per_send=measured.seen.database_ns / 1e3 / max(1, sends),
        crowd_us_per_delivery=measured.seen.generator_ns / 1e3 / max(1, deliveries),
        crowd_share=measured.seen.generator_share,
        voices_share=measured.voices_ns / 1e9 / measured.seen.lasted_s,
        ack=percentiles(measured.spoken["acks_ns"]),
        delivery=percentiles(delay for report in measured.after for delay in report["delays_ns"]),
        handshake=percentiles(gathered.handshakes_ns),
        members_per_s=gathered.open / gathered.took_s,
        rss_bytes=full.rss_bytes,
        rss_per_subscriber_bytes=(full.rss_bytes - empty.rss_bytes) // options.subscribers,
        missing=_sum(measured.arrived, "missing"),
        surplus=_sum(measured.arrived, "surplus"),
        refused=measured.spoken["refused"],
        lagged=_sum(measured.after, "lagged"),
        breaks=_sum(measured.after, "breaks"),
        verdict=verdict,
    )


async def _measure(house: House, crowd: Crowd, voices: Crowd, options: ChatRoom, screen: Screen) -> _Measured:
    room = house.roll.branches[0]
    manner = {"room": room, "inflight": options.inflight, "rate": options.rate, "seed": options.seed}
    async with screen.waiting("warming up", options.warm_seconds):
        (warm,) = await voices.order("talk", [manner | {"seconds": options.warm_seconds}])
        await _arrived(house, crowd, warm)
    await crowd.order("mark")
    before = await crowd.order("report")
    async with screen.waiting("talking", options.seconds), window(house, crowd.pids) as seen:
        speaking = load_of(voices.pids)
        talk = manner | {"seconds": options.seconds, "seed": options.seed + 1}
        (spoken,) = await voices.order("talk", [talk], limit_s=options.seconds + 120)
        arrived = await _arrived(house, crowd, spoken)
        voices_ns = load_of(voices.pids).since(speaking).cpu_ns
    return _Measured(spoken, warm, seen, voices_ns, arrived, before, await crowd.order("report"))


async def _arrived(house: House, crowd: Crowd, spoken: dict[str, Any]) -> list[dict[str, Any]]:
    """Wait until everything that was acknowledged has reached everybody."""
    head = max((seq for _, seq in spoken["acknowledged"]), default=0)
    told = {"topic": f"chat:{house.roll.branches[0]}", "head": head, "limit_s": ARRIVE_S}
    return await crowd.order("arrived", [told for _ in crowd.pids])


async def _judge(house: House, crowd: Crowd, measured: _Measured, after: int) -> Verdict:
    topic = f"chat:{house.roll.branches[0]}"
    talks = (measured.warm, measured.spoken)
    answers = await crowd.order("seen", [{"topic": topic} for _ in crowd.pids])
    account = Account(
        tried={label for talk in talks for label in talk["tried"]},
        acknowledged=[Sent(label, seq) for talk in talks for label, seq in talk["acknowledged"]],
        stored=await stored(house, house.roll.passes[-1], topic, after),
        seen=[_seen(row) for answer in answers for row in answer["seen"]],
    )
    return judge(account)


def _seen(row: dict[str, Any]) -> Seen:
    return Seen(f"member {row['who']}", row["after"], [(seq, label) for seq, label in row["entries"]])


async def head_of(house: House, reader: Pass, topic: str) -> int:
    """Newest entry of a topic."""
    async with reading(house, reader, (topic,)) as member:
        return member.tracks[topic].position


def _sum(reports: Sequence[dict[str, Any]], name: str) -> int:
    return sum(report[name] for report in reports)
