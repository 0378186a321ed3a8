"""Who may do what: every route, command and topic, by every kind of caller, on every kind of object (ASVS 8.2, checks 36, 37).

The expectations stand in `tests/flow/matrix/*_rules.py`, each with its reason; what is not listed there is refused. A new
route, command, topic kind or role fails here by name until it has a rule or a part. `docs/authorisation.md` is the same table
for people; `python -m tests.flow.matrix.page` writes it again.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.client import MongoSettings
from storage.managed.mongod import ManagedMongod
from tests.flow.matrix.http_rules import HTTP_RULES
from tests.flow.matrix.rules import Rule
from tests.flow.matrix.run import Report, Run
from tests.flow.matrix.socket_rules import SOCKET_RULES
from tests.flow.matrix.stage import Stage, open_stage
from tests.kit.application import Picture, open_application

RULES = HTTP_RULES + SOCKET_RULES


@pytest.fixture(scope="module")
async def stage(mongod: ManagedMongod, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The whole application with everybody signed in."""
    settings = MongoSettings(mongod.access.admin_url, "matrix", "pymongo", pool=8, timeout_s=10.0)
    async with (
        open_application(settings, Path(tmp_path_factory.mktemp("matrix"))) as application,
        open_stage(application) as built,
    ):
        yield built


@pytest.fixture(scope="module")
async def picture(stage: Stage) -> Picture:
    """The state every rule begins with."""
    return await Picture.take(stage.application)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.title.replace(" ", "_"))
async def test_rule(rule: Rule, stage: Stage, picture: Picture) -> None:
    report: Report = await Run(stage, picture, rule).play()
    print(report.cells, report.let_in)
    assert report.faults == []
