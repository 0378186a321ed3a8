"""What is sent over the socket for each command: a frame that would succeed for a caller with the right, and how to read the answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.ids import SystemIds
from tests.flow.matrix.cast import Part
from tests.flow.matrix.rules import Whose
from tests.flow.matrix.stage import ABSENT, Stage
from tests.wire.client import Client, Frame

Fields = Mapping[str, Any]
Builder = Callable[[Stage, Part, Whose], Fields]
Before = Callable[[Stage, Client, Part, Whose], Awaitable[Fields]]
Reader = Callable[[Frame, Fields], str]
START = {"epoch": "1", "seq": 0}


def done(_result: Frame, _asked: Fields) -> str:
    """Every reply is a success."""
    return ""


def shown(result: Frame, asked: Fields) -> str:
    """Cards: the person asked for is among them, or left out."""
    return "" if asked["members"][0] in {person["member"] for person in result["people"]} else "HIDDEN"


def resumed(result: Frame, asked: Fields) -> str:
    """Topics: the one asked for was entered, or is lost."""
    (topic,) = asked["topics"]
    assert (topic in result["topics"]) != (topic in result["lost"])
    return "" if topic in result["topics"] else "LOST"


@dataclass(frozen=True, slots=True)
class Probe:
    """A command.

    Attributes:
        fields: Its fields besides `type` and `ref`.
        read: A reply as an outcome.
        before: What is done first over the same socket; returns fields that follow from it.
        clears: Leave the topic afterwards.
    """

    fields: Builder
    read: Reader = done
    before: Before | None = None
    clears: bool = False


def in_room(**more: object) -> Builder:
    """A command about a room."""
    return lambda stage, part, whose: {"room": stage.room(part, whose), **more}


def at_message(**more: object) -> Builder:
    """A command about a message; the absent one is in a room that does not exist."""

    def fields(stage: Stage, part: Part, whose: Whose) -> Fields:
        room, message = stage.thing("message", part, whose, (ABSENT, 1))
        if whose is Whose.OWN and (part.name == "system" or ("message", part.name) not in stage.own):
            room, message = ABSENT, 1
        return {"room": room, "message": message, **more}

    return fields


async def say_first(stage: Stage, client: Client, part: Part, whose: Whose) -> Fields:
    """A fresh message of the caller's own: what is too old cannot be recalled."""
    if whose is not Whose.OWN or ("message", part.name) not in stage.own:
        return {}
    room, _ = stage.own["message", part.name]
    sent = await client.do("chat.send", room=room, cid=SystemIds().uuid7(), text="说错了")
    return {"message": sent["seq"]}


def topic_of(kind: str) -> Callable[[Stage, Part, Whose], str]:
    """Name of a topic."""

    def name(stage: Stage, part: Part, whose: Whose) -> str:
        match kind:
            case "chat":
                return f"chat:{stage.room(part, whose)}"
            case "branch":
                return f"branch:{stage.unit(part, whose)}"
            case "me":
                return f"me:{stage.member(part, whose)}"
            case "meeting":
                return f"meeting:{stage.thing('meeting', part, whose)}"
            case "sheet":
                return f"meeting:{stage.thing('meeting', part, whose)}-sheet"
            case _:
                return f"{kind}:{ABSENT}"

    return name


def enter_first(kind: str) -> Before:
    """Try to enter; whether it worked is what the next command shows."""
    topic = topic_of(kind)

    async def enter(stage: Stage, client: Client, part: Part, whose: Whose) -> Fields:
        await client.ask({"type": "subscribe", "topic": topic(stage, part, whose)})
        return {}

    return enter


def subscribe(kind: str) -> Probe:
    """Enter a topic."""
    topic = topic_of(kind)
    return Probe(lambda stage, part, whose: {"topic": topic(stage, part, whose)}, clears=True)


def resume(kind: str) -> Probe:
    """Enter a topic again."""
    topic = topic_of(kind)
    return Probe(
        lambda stage, part, whose: {"topics": {topic(stage, part, whose): START}}, resumed, clears=True
    )


def replay(kind: str) -> Probe:
    """Read a topic one tried to enter."""
    topic = topic_of(kind)
    return Probe(
        lambda stage, part, whose: {"topic": topic(stage, part, whose), "after": 0, "before": 9},
        before=enter_first(kind),
        clears=True,
    )


def unsubscribe(kind: str) -> Probe:
    """Leave a topic one tried to enter."""
    topic = topic_of(kind)
    return Probe(lambda stage, part, whose: {"topic": topic(stage, part, whose)}, before=enter_first(kind))


def send(**more: object) -> Builder:
    """Say something new."""
    return lambda stage, part, whose: {
        "room": stage.room(part, whose), "cid": SystemIds().uuid7(), "text": "您好", **more,
    }  # fmt: skip


KINDS = ("chat", "branch", "me", "meeting", "sheet", "nothing")

SOCKET_PROBES: dict[tuple[str, str], Probe] = {
    ("heartbeat", ""): Probe(lambda _stage, _part, _whose: {}),
    **{("subscribe", kind): subscribe(kind) for kind in KINDS},
    **{("resume", kind): resume(kind) for kind in KINDS},
    **{("replay", kind): replay(kind) for kind in KINDS},
    **{("unsubscribe", kind): unsubscribe(kind) for kind in KINDS},
    ("branch.people", ""): Probe(lambda stage, part, whose: {"members": [stage.member(part, whose)]}, shown),
    ("branch.counts", ""): Probe(lambda stage, part, whose: {"unit": stage.unit(part, whose)}),
    ("chat.send", ""): Probe(send()),
    ("chat.send", "to everyone"): Probe(send(everyone=True)),
    ("chat.edit", ""): Probe(at_message(text="改过的")),
    ("chat.recall", ""): Probe(at_message(), before=say_first),
    ("chat.delete", ""): Probe(at_message(reason="违反公约第三条")),
    ("chat.react", ""): Probe(at_message(emoji="👍", on=True)),
    ("chat.pin", ""): Probe(at_message(on=True)),
    ("chat.mark_read", ""): Probe(in_room(n=1)),
    ("chat.history", ""): Probe(in_room()),
    ("chat.files", ""): Probe(in_room()),
    ("chat.typing", ""): Probe(in_room()),
    ("chat.people", ""): Probe(in_room()),
    ("chat.open_direct", ""): Probe(lambda stage, part, whose: {"member": stage.member(part, whose)}),
    ("me.set_preferences", ""): Probe(lambda _stage, _part, _whose: {"theme": "dark"}),
}  # fmt: skip
"""`hello` has no probe: it is what opens every socket."""
