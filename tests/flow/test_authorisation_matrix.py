"""Who may do what: every route, command and topic, by every kind of caller, on every kind of object (ASVS 8.2, checks 36, 37).

The expectations stand in `tests/flow/matrix/*_rules.py`, each with its reason; what is not listed there is refused. A new
route, command, topic kind or role fails here by name until it has a rule or a part. `docs/authorisation.md` is the same table
for people; `python -m tests.flow.matrix.page` writes it again.
"""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace

import pytest

from channels.branch.roles import ROLES
from channels.catalog import FEATURES
from channels.core.registry import Registry
from channels.protocol.base import wire_type
from channels.protocol.frames import CORE_COMMANDS
from server.http.table import ROUTES
from storage.client import MongoSettings
from storage.managed.mongod import ManagedMongod
from tests.flow.matrix.cast import CAST, PART
from tests.flow.matrix.every_probe import SOCKET_PROBES
from tests.flow.matrix.http_probes import HTTP_PROBES
from tests.flow.matrix.http_rules import HTTP_RULES
from tests.flow.matrix.meetings_on_stage import hold_meetings
from tests.flow.matrix.page import PAGE, page
from tests.flow.matrix.rules import NO_ONE, Cell, Rule, Whose
from tests.flow.matrix.run import Heard, Report, Run
from tests.flow.matrix.socket_rules import ENTRANCES, SOCKET_RULES
from tests.flow.matrix.stage import Stage, open_stage
from tests.kit.application import Picture, open_application

RULES = HTTP_RULES + SOCKET_RULES
REGISTRY = Registry(FEATURES)
ROUTE_NAMES = frozenset(row.name for row in ROUTES)
COMMAND_NAMES = frozenset({*REGISTRY.commands, *(wire_type(model) for model in CORE_COMMANDS)})


@pytest.fixture(scope="module")
async def stage(mongod: ManagedMongod, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The whole application with everybody signed in."""
    settings = MongoSettings(mongod.access.admin_url, "matrix", "pymongo", pool=8, timeout_s=10.0)
    async with (
        open_application(settings, tmp_path_factory.mktemp("matrix")) as application,
        open_stage(application, hold_meetings) as built,
    ):
        yield built


@pytest.fixture(scope="module")
async def picture(stage: Stage) -> Picture:
    """The state every rule begins with."""
    return await Picture.take(stage.application)


# -- nothing is left out -----------------------------------------------------------------------------------------------


def unlisted(names: Iterable[str], rules: Iterable[Rule]) -> list[str]:
    """Names without a rule."""
    return sorted(set(names) - {rule.name for rule in rules})


def test_every_route_and_command_has_a_rule() -> None:
    assert unlisted(ROUTE_NAMES, HTTP_RULES) == []
    assert unlisted(COMMAND_NAMES, SOCKET_RULES) == []
    assert {rule.name for rule in HTTP_RULES} == ROUTE_NAMES
    assert {rule.name for rule in SOCKET_RULES} == COMMAND_NAMES


def test_every_topic_kind_has_a_rule_at_every_entrance() -> None:
    listed = {(rule.name, rule.about) for rule in SOCKET_RULES}
    wanted = {(entrance, kind) for entrance in ENTRANCES for kind in REGISTRY.topics}
    assert sorted(wanted - listed) == []


def test_every_role_has_a_caller() -> None:
    assert sorted(set(ROLES) - {part.role for part in CAST}) == []


def test_every_rule_has_a_probe() -> None:
    probes = [*HTTP_PROBES, *SOCKET_PROBES, ("hello", "")]
    assert sorted((rule.name, rule.about) for rule in RULES) == sorted(probes)


def test_a_planted_route_is_named() -> None:
    planted = replace(ROUTES[0], name="roll.planted")
    assert unlisted([row.name for row in (*ROUTES, planted)], HTTP_RULES) == ["roll.planted"]


def test_the_page_is_current() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.flow.matrix.page"


# -- every cell --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.title.replace(" ", "_"))
async def test_rule(rule: Rule, stage: Stage, picture: Picture) -> None:
    report: Report = await Run(stage, picture, rule).play()
    assert report.faults == []
    assert report.cells == len(rule.cells) * len(CAST)


# -- the matrix itself finds what is wrong -----------------------------------------------------------------------------


async def test_a_door_that_is_too_wide_is_found(stage: Stage, picture: Picture) -> None:
    """The table says nobody may speak; the application lets members: the cell and the change are reported."""
    honest = next(rule for rule in SOCKET_RULES if rule.title == "chat.send")
    strict = replace(honest, cells={Whose.SAME: Cell(NO_ONE, "UNKNOWN_TOPIC")})
    faults = (await Run(stage, picture, strict).play()).faults
    assert [
        fault for fault in faults if fault.startswith("chat.send: refused calls changed") and "log" in fault
    ]
    assert "chat.send, member, of the own branch: let through instead of UNKNOWN_TOPIC" in faults
    assert not [fault for fault in faults if "neighbour" in fault and "let through" not in fault]


async def test_a_door_that_is_too_narrow_is_found(stage: Stage, picture: Picture) -> None:
    honest = next(rule for rule in HTTP_RULES if rule.title == "org.counts")
    generous = replace(honest, cells={Whose.FAR: Cell(honest.holders or NO_ONE, "UNIT_UNKNOWN")})
    faults = (await Run(stage, picture, generous).play()).faults
    assert "org.counts, secretary, of another organisation: UNIT_UNKNOWN instead of success" in faults


def test_an_answer_that_tells_too_much_is_found(stage: Stage, picture: Picture) -> None:
    run = Run(stage, picture, HTTP_RULES[0])
    absent = Heard("NOT_FOUND", '404 {"detail": "Not found"}')
    run.heard = {
        ("member", Whose.NONE): absent,
        ("member", Whose.NEXT): absent,
        ("member", Whose.FAR): Heard("NOT_FOUND", '404 {"detail": "No such person in 第二支部"}'),
    }
    run.compare_with_absent()
    assert [fault.split(": ")[:2] for fault in run.report.faults] == [
        ["activation.check, member, of another organisation", "not like absent"]
    ]


def test_an_id_that_must_not_be_shown_is_found(stage: Stage, picture: Picture) -> None:
    run = Run(stage, picture, HTTP_RULES[0])
    said = Heard("", f'200 {{"member": "{stage.people["member first"].member}"}}')
    run.look_for_hidden(PART["member"], Whose.SAME, said)
    assert run.report.faults == []
    run.look_for_hidden(PART["stranger"], Whose.SAME, said)
    assert len(run.report.faults) == 1
