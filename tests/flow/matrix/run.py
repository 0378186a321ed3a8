"""Plays a rule: every caller on every kind of object, against the running application.

Refused calls must leave every collection as it was (one hash of each before and after, the log with its heads among them),
and must answer for objects of other branches and organisations exactly as for absent ones. Calls that are let through are
undone one by one.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from tests.flow.matrix.cast import CAST, Part
from tests.flow.matrix.every_probe import SOCKET_PROBES
from tests.flow.matrix.http_probes import HTTP_PROBES
from tests.flow.matrix.rules import HALF, WITHOUT_SESSION, Door, Rule, Whose, expected, lets_in
from tests.flow.matrix.socket_probes import Fields, Probe
from tests.flow.matrix.stage import Stage
from tests.kit.application import Credentials, Picture
from tests.wire.client import Client, Frame

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AT_ONCE = 8
COUNTED = frozenset({"limits"})
"""Where failed tries are counted; the only thing a refused log-in may change."""

UNSEEN = (Whose.CLOSED, Whose.NEXT, Whose.FAR)
READING = frozenset(
    {"activation.check", "mfa.confirm", "branch.people", "branch.counts", "chat.files", "chat.history", "chat.people", "chat.typing",
     "hello", "heartbeat", "subscribe", "resume", "replay", "unsubscribe", "meeting.kinds", "meeting.list", "meeting.me",
     "meeting.show_code", "meeting.show_pass", "meeting.corrections", "meeting.statements"}
)  # fmt: skip
"""What changes nothing even when it succeeds, besides GETs; here nobody has begun what `mfa.confirm` ends."""

INDEPENDENT = frozenset(
    {"login.password", "login.totp", "login.recovery", "mfa.enrol", "mfa.recovery_codes", "session.prove", "session.end",
     "password.change", "device.end", "device.end_others", "files.upload", "chat.send", "chat.edit", "chat.recall", "chat.react",
     "chat.pin", "chat.mark_read", "chat.open_direct", "me.set_preferences"}
)  # fmt: skip
"""Each caller changes only what is the caller's own: one restoration for all of them is enough."""

CHANGING_GETS = frozenset({"roll.export", "org.export_audit"})
"""GETs that leave a row in the audit trail."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a caller heard.

    Attributes:
        key: Error key, empty for success.
        said: The whole answer, without what differs between any two requests.
    """

    key: str
    said: str


@dataclass(slots=True)
class Report:
    """What came of a rule.

    Attributes:
        cells: Cells executed.
        let_in: Of them, let through.
        faults: What is not as the rule says.
    """

    cells: int = 0
    let_in: int = 0
    faults: list[str] = field(default_factory=list)


Play = Callable[[Part, Whose], Awaitable[Heard]]


@dataclass(slots=True)
class Run:
    """One rule on the stage.

    Attributes:
        stage: Where.
        picture: What to go back to.
        rule: Which.
    """

    stage: Stage
    picture: Picture
    rule: Rule
    report: Report = field(default_factory=Report)
    heard: dict[tuple[str, Whose], Heard] = field(default_factory=dict)

    async def play(self) -> Report:
        """Every cell once."""
        cells = [(part, whose) for part in CAST for whose in self.rule.cells]
        together = [cell for cell in cells if self._reads or not lets_in(self.rule, *cell)]
        await self._play_together(together)
        rest = [cell for cell in cells if cell not in together]
        for cell in rest:
            self._judge(*cell, await self._one(*cell))
            refused = self.rule.cells[cell[1]].outcome != ""
            if not (refused or self.rule.name in INDEPENDENT) or cell == rest[-1]:
                await self._undo()
        self.compare_with_absent()
        return self.report

    # -- cells -----------------------------------------------------------------------------------------------------

    @property
    def _reads(self) -> bool:
        if self.rule.name in READING or self.rule.door is Door.SOCKET:
            return self.rule.name in READING
        probe = HTTP_PROBES[self.rule.name, self.rule.about]
        asks = probe(self.stage, CAST[4], next(iter(self.rule.cells))).method == "GET"
        return asks and self.rule.name not in CHANGING_GETS

    async def _play_together(self, cells: list[tuple[Part, Whose]]) -> None:
        """Cells that change nothing, many at a time; then look whether they did."""
        left_out = COUNTED if self.rule.counts else frozenset[str]()
        places = asyncio.Semaphore(AT_ONCE)

        async def one(part: Part, whose: Whose) -> Heard:
            async with places:
                return await self._one(part, whose)

        heard = await asyncio.gather(*(one(*cell) for cell in cells))
        await self.stage.application.settled()
        after = await self.stage.application.prints()
        changed = sorted(
            name
            for name in after | self.picture.prints
            if name not in left_out and after.get(name) != self.picture.prints.get(name)
        )
        if changed:
            self.report.faults.append(f"{self.rule.title}: refused calls changed {', '.join(changed)}")
        if after != self.picture.prints:
            await self._undo()
        for cell, answer in zip(cells, heard, strict=True):
            self._judge(*cell, answer)

    async def _undo(self) -> None:
        await self.stage.application.settled()
        await self.picture.restore()
        self.stage.application.house.ground.reader.memory.forget()

    def _judge(self, part: Part, whose: Whose, heard: Heard) -> None:
        wanted = expected(self.rule, part, whose)
        self.heard[part.name, whose] = heard
        self.report.cells += 1
        self.report.let_in += lets_in(self.rule, part, whose)
        if not heard.key and self._reads:
            self.look_for_hidden(part, whose, heard)
        if heard.key != wanted:
            self.report.faults.append(
                f"{self.rule.title}, {part.name}, {whose.value}: {heard.key or 'let through'} instead of {wanted or 'success'}"
            )

    def look_for_hidden(self, part: Part, whose: Whose, heard: Heard) -> None:
        """Lists and cards hold nothing that the caller may not know of."""
        shown = self.stage.hidden_from(part) & frozenset(ID.findall(heard.said))
        if shown:
            self.report.faults.append(f"{self.rule.title}, {part.name}, {whose.value}: shows {sorted(shown)}")

    def compare_with_absent(self) -> None:
        """What is hidden answers like what is not there: no difference tells that it exists."""
        for (name, whose), heard in self.heard.items():
            absent = self.heard.get((name, Whose.NONE))
            if (
                whose in UNSEEN
                and absent is not None
                and heard.key == absent.key != ""
                and heard.said != absent.said
            ):
                self.report.faults.append(
                    f"{self.rule.title}, {name}, {whose.value}: not like absent: {heard.said}"
                )

    async def _one(self, part: Part, whose: Whose) -> Heard:
        if self.rule.door is Door.SOCKET:
            return await self._frame(part, whose)
        request = HTTP_PROBES[self.rule.name, self.rule.about](self.stage, part, whose)
        answer = await self.stage.ask(request, part, self.rule.name)
        return Heard(answer.key, f"{answer.status} {answer.content.decode(errors='replace')}")

    # -- socket ----------------------------------------------------------------------------------------------------

    async def _frame(self, part: Part, whose: Whose) -> Heard:
        probe = SOCKET_PROBES.get((self.rule.name, self.rule.about))
        shown = self.stage.shown(part, self.rule.name)
        if part.name in WITHOUT_SESSION | HALF:
            return await self._outside(part, whose, shown, probe)
        name = part.name if not part.is_bot else f"{part.name} {shown.bearer[-8:]}"
        client = await self.stage.socket(name, shown)
        if probe is None:
            return Heard("" if client.welcome.get("type") == "welcome" else "NOT_AUTHENTICATED", "")
        return await self._command(client, probe, part, whose)

    async def _command(self, client: Client, probe: Probe, part: Part, whose: Whose) -> Heard:
        more = await probe.before(self.stage, client, part, whose) if probe.before else {}
        fields = {**probe.fields(self.stage, part, whose), **more}
        frame = await client.ask({"type": self.rule.name, **fields})
        heard = _read(frame, probe, fields)
        if probe.clears and not heard.key:
            for topic in fields.get("topics", {fields.get("topic")}):
                await client.do("unsubscribe", topic=topic)
        return heard

    async def _outside(self, part: Part, whose: Whose, shown: Credentials, probe: Probe | None) -> Heard:
        """Without a whole session: commands before the hello are refused, and the hello ends the connection."""
        async with self.stage.application.socket(shown) as client:
            if probe is not None:
                early = await client.ask({"type": self.rule.name, **probe.fields(self.stage, part, whose)})
                if early["type"] != "error" or early["key"] != "HELLO_FIRST":
                    return Heard(str(early.get("key", "")), str(early))
            hello = {"type": "hello", "ref": 99, "protocol": 1, "client": "test/1"}
            await client.socket.send(json.dumps(hello))
            _, reason = await client.closed()
            if client.of("welcome"):
                return Heard("", "welcome")
            # Known to the directory before it is judged: a look at its session that comes in between ends it by this name.
            return Heard(reason.replace("SESSION_ENDED", "NOT_AUTHENTICATED").partition(" ")[0], reason)


def _read(frame: Frame, probe: Probe, fields: Fields) -> Heard:
    said = json.dumps({key: value for key, value in frame.items() if key != "ref"}, ensure_ascii=False)
    if frame["type"] == "error":
        return Heard(str(frame["key"]), said)
    for topic in fields.get("topics", {fields.get("topic", "")}):
        said = said.replace(topic, "the topic")
    return Heard(probe.read(frame["result"], fields), said)


def all_cells(rules: tuple[Rule, ...]) -> Iterator[tuple[Rule, Part, Whose]]:
    """Every cell of the matrix."""
    for rule in rules:
        for part in CAST:
            for whose in rule.cells:
                yield rule, part, whose
