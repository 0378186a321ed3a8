"""Meetings on the stage of the matrix: in each stocked branch and its group one that is in session, run by the clerk."""

from typing import Any

from storage.ids import SystemIds
from tests.flow.matrix.stage import STOCKED, Stage

HOUR_MS = 3_600_000


async def hold_meetings(stage: Stage) -> None:
    """Make, announce and open them; the secret of their codes is made, too."""
    for branch in STOCKED:
        for suffix, unit in (("", stage.branches[branch].unit), (" in group", stage.groups[branch].unit)):
            stage.objects["meeting" + suffix, branch] = await _held(
                stage, branch, unit, "group" if suffix else "general"
            )


async def _held(stage: Stage, branch: str, unit: str, kind: str) -> str:
    clerk = await stage.as_person(f"clerk {branch}")
    made = await clerk.do(
        "meeting.create", unit=unit, kind=kind, plan=plan(stage, branch), cid=SystemIds().uuid7()
    )
    meeting = str(made["meetings"][0])
    await clerk.do("meeting.announce", meeting=meeting)
    await clerk.do("meeting.open", meeting=meeting)
    await clerk.do("meeting.show_code", meeting=meeting)
    return meeting


def plan(stage: Stage, branch: str) -> dict[str, Any]:
    """A plan whose officers are the extras of a branch."""
    clerk, member = (stage.people[f"{who} {branch}"].member for who in ("clerk", "member"))
    starts_at_ms = stage.application.house.ground.clock.now_ms() + HOUR_MS
    return {
        "title": "支部会议", "starts_at_ms": starts_at_ms, "ends_at_ms": starts_at_ms + HOUR_MS, "chair": clerk,
        "organizer": clerk, "recorder": member, "guests": [clerk], "items": [{"title": "报告"}],
    }  # fmt: skip
