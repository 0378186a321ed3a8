"""The tables of the house: complete for sound features, and no start with anything named twice or wrongly."""

from dataclasses import replace
from typing import Any, Literal, cast

import pytest

from channels.catalog import FEATURES
from channels.core.context import Context, Reader
from channels.core.feature import CommandRow, FactRow, Feature, QueryRow
from channels.core.registry import Misregistered, Registry
from channels.protocol.base import Command, Done, LogEvent, Result
from channels.protocol.errors import BAD_FRAME, CORE_ERRORS, ErrorRow
from channels.protocol.frames import CORE_COMMANDS
from storage.indexes import IndexSpec
from tests.kit.talk import Talk


class TeaPour(Command):
    type: Literal["tea.pour"] = "tea.pour"


class TeaHello(Command):
    type: Literal["hello"] = "hello"


class TeaPoured(LogEvent):
    type: Literal["tea.poured"] = "tea.poured"


class HowMuch:
    """A question."""


async def pour(command: Any, context: Context) -> Result:  # noqa: ANN401
    return Done()


async def answer(query: Any, reader: Reader) -> int:  # noqa: ANN401
    return 3


async def listen(body: dict[str, Any], fact: str, context: Context) -> None:
    return None


TEA = Feature(
    name="tea",
    commands=(CommandRow(TeaPour, Done, pour, capability="tea.serve"),),
    events=(TeaPoured,),
    queries=(QueryRow(HowMuch, answer),),
    facts=(FactRow("CheckedIn", listen),),
    errors=(ErrorRow(9100, "COLD", "凉了", "It is cold"),),
    indexes=(IndexSpec("teas", "teas_kind", (("kind", 1),)),),
    capabilities={"tea.serve": "Serve tea"},
)


def talk() -> Feature:
    return Talk().feature


async def test_everything_is_found_by_its_name() -> None:
    registry = Registry((TEA, talk()))
    assert registry.commands["tea.pour"].model is TeaPour
    assert set(registry.topics) == {"talk"}
    assert registry.events["tea.poured"] is TeaPoured
    assert {"presence.state", "presence.changed", "log.unreadable"} <= set(registry.events)
    assert registry.errors[9100].key == "COLD"
    assert registry.errors[BAD_FRAME.code] is BAD_FRAME
    assert [index.name for index in registry.indexes] == ["teas_kind"]
    assert registry.capabilities["tea.serve"] == "Serve tea"
    assert len(registry.facts["CheckedIn"]) == 1
    assert set(CORE_COMMANDS) < set(registry.models)
    assert TeaPour in registry.models


async def test_questions_are_routed_by_their_class() -> None:
    registry, reader = Registry((TEA,)), cast(Reader, None)
    assert await registry.route(HowMuch(), reader) == 3
    with pytest.raises(LookupError, match="int"):
        await registry.route(7, reader)


def test_facts_reach_all_who_listen() -> None:
    other = Feature(name="cup", facts=(FactRow("CheckedIn", listen),))
    assert len(Registry((TEA, other)).facts["CheckedIn"]) == 2


@pytest.mark.parametrize(
    ("features", "what"),
    [
        ((TEA, TEA), "feature tea"),
        ((TEA, replace(TEA, name="cup")), "does not begin"),
        ((replace(TEA, commands=TEA.commands * 2),), "command tea.pour is registered twice"),
        ((replace(TEA, commands=(CommandRow(TeaHello, Done, pour),)),), "hello belongs to the core"),
        ((replace(TEA, events=TEA.events * 2),), "event tea.poured is registered twice"),
        ((replace(TEA, queries=TEA.queries * 2),), "query"),
        ((replace(TEA, errors=(ErrorRow(9101, "COLD", "", ""), *TEA.errors)),), "error key COLD"),
        ((replace(TEA, errors=(ErrorRow(BAD_FRAME.code, "OTHER", "", ""),)),), "error number 1000"),
        ((replace(TEA, indexes=TEA.indexes * 2),), "index teas_kind"),
        ((replace(TEA, capabilities={"serve": ""}),), "capability serve"),
        ((replace(TEA, capabilities={}),), "unknown capability tea.serve"),
        ((replace(talk(), name="tea"),), "does not begin"),
        ((replace(talk(), name="tea", commands=(), events=(), capabilities={}),), "topic talk belongs to feature tea"),
    ],
)  # fmt: skip
def test_nothing_starts_with_a_name_taken_or_wrong(features: tuple[Feature, ...], what: str) -> None:
    with pytest.raises(Misregistered, match=what):
        Registry(features)


def test_the_catalog_is_sound() -> None:
    registry = Registry(FEATURES)
    assert len(registry.errors) == len(CORE_ERRORS) + sum(len(feature.errors) for feature in FEATURES)
    assert all(row.zh and row.en for row in registry.errors.values())
