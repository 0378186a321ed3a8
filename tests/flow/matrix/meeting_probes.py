"""What is sent for each command of meetings. Where success would need a whole evening, the request is one that those with the right
hear a certain refusal to (nothing there, wrong stage), and the others hear that they have no right, or that there is nothing."""

from storage.ids import SystemIds
from tests.flow.matrix.cast import Part
from tests.flow.matrix.meetings_on_stage import plan
from tests.flow.matrix.rules import Whose
from tests.flow.matrix.socket_probes import Builder, Fields, Probe
from tests.flow.matrix.stage import ABSENT, Stage


def at(**more: object) -> Probe:
    """A command about a meeting."""
    return Probe(lambda stage, part, whose: {"meeting": stage.thing("meeting", part, whose), **more})


def about_member(**more: object) -> Probe:
    """A command about a member of the meeting."""

    def fields(stage: Stage, part: Part, whose: Whose) -> Fields:
        branch = "first" if whose is Whose.NONE else stage.branch_of(part, whose)
        member = stage.people[f"member {branch}"].member
        return {"meeting": stage.thing("meeting", part, whose), "member": member, **more}

    return Probe(fields)


def spot(stage: Stage, part: Part, whose: Whose) -> Fields:
    """A spot check of somebody who is not here."""
    asked = about_member().fields(stage, part, whose)
    return {"meeting": asked["meeting"], "members": [asked["member"]]}


def in_unit(*, whole: bool) -> Builder:
    """A question about a unit, or a new meeting in it."""

    def fields(stage: Stage, part: Part, whose: Whose) -> Fields:
        unit = {"unit": stage.unit(part, whose)}
        branch = "first" if whose is Whose.NONE else stage.branch_of(part, whose)
        kind = "group" if whose is Whose.WITHIN else "general"
        new = {"kind": kind, "plan": plan(stage, branch), "cid": SystemIds().uuid7()}
        return unit | new if whole else unit

    return fields


def no_plan(stage: Stage, part: Part, whose: Whose) -> Fields:
    """A plan that ends before it begins."""
    branch = "first" if whose is Whose.NONE else stage.branch_of(part, whose)
    wrong = plan(stage, branch) | {"ends_at_ms": 1}
    return {"meeting": stage.thing("meeting", part, whose), "plan": wrong}


TALLY = dict.fromkeys(("issued", "returned", "yes", "no", "abstain", "invalid"), 0)

MEETING_PROBES: dict[tuple[str, str], Probe] = {
    ("meeting.kinds", ""): Probe(in_unit(whole=False)),
    ("meeting.create", ""): Probe(in_unit(whole=True)),
    ("meeting.edit", ""): Probe(no_plan),
    ("meeting.announce", ""): at(),
    ("meeting.open_lobby", ""): at(),
    ("meeting.open", ""): at(),
    ("meeting.pause", ""): at(on=True),
    ("meeting.close", ""): at(),
    ("meeting.cancel", ""): at(reason="取消"),
    ("meeting.list", ""): Probe(lambda _stage, _part, _whose: {"after_ms": 0, "before_ms": 2**52}),
    ("meeting.me", ""): at(),
    ("meeting.show_code", ""): at(),
    ("meeting.check_in", ""): at(claim="AAAA"),
    ("meeting.open_round", ""): at(),
    ("meeting.extend_round", ""): at(by_ms=1_000, reason="大雨"),
    ("meeting.show_pass", ""): at(),
    ("meeting.scan_pass", ""): at(token="x"),
    ("meeting.mark", ""): about_member(status="expected", reason="共用手机"),
    ("meeting.mark_paper", ""): at(marks=[{"member": ABSENT, "status": "late"}], reason="纸质签到表"),
    ("meeting.dispute", ""): about_member(),
    ("meeting.answer_dispute", ""): at(answer="here"),
    ("meeting.confirm", ""): about_member(),
    ("meeting.sign_out", ""): at(),
    ("meeting.spot_check", ""): Probe(spot),
    ("meeting.answer_spot", ""): at(spot=ABSENT),
    ("meeting.take_baton", ""): at(version=999),
    ("meeting.start_roll_call", ""): at(baton=999, mode="all"),
    ("meeting.call", ""): at(baton=999),
    ("meeting.answer_call", ""): at(roll_call=ABSENT),
    ("meeting.record_answer", ""): about_member(baton=999, answer="here"),
    ("meeting.end_roll_call", ""): at(baton=999),
    ("meeting.start_item", ""): at(item=ABSENT),
    ("meeting.end_item", ""): at(),
    ("meeting.raise_hand", ""): at(),
    ("meeting.lower_hand", ""): at(hand=ABSENT),
    ("meeting.give_floor", ""): at(hand=ABSENT, limit_ms=1_000),
    ("meeting.set_floor", ""): at(act="pause"),
    ("meeting.propose", ""): at(title="动议", rule="nowhere", form="hand"),
    ("meeting.open_vote", ""): at(motion=ABSENT),
    ("meeting.vote", ""): at(motion=ABSENT, choice="yes"),
    ("meeting.enter_tally", ""): at(motion=ABSENT, **TALLY),
    ("meeting.close_vote", ""): at(motion=ABSENT),
    ("meeting.set_motion", ""): at(motion=ABSENT, state="discussing"),
    ("meeting.file_opinion", ""): about_member(motion=ABSENT, choice="yes"),
    ("meeting.set_task", ""): at(title="排班", owner=ABSENT),
    ("meeting.ask_leave", ""): at(category="sick"),
    ("meeting.withdraw_leave", ""): at(),
    ("meeting.decide_leave", ""): about_member(approve=True),
    ("meeting.read_leave", ""): about_member(),
    ("meeting.exclude", ""): about_member(),
    ("meeting.ask_correction", ""): at(text="我在"),
    ("meeting.corrections", ""): at(),
    ("meeting.decide_correction", ""): about_member(approve=True, reason="证明"),
    ("meeting.minutes", ""): at(),
    ("meeting.write_minutes", ""): at(version=0, sections=[]),
    ("meeting.submit_minutes", ""): at(),
    ("meeting.review_minutes", ""): at(approve=True),
    ("meeting.statements", ""): at(),
    ("meeting.check_statement", ""): at(statement=ABSENT, agree=True),
    ("meeting.acknowledge", ""): at(),
}
