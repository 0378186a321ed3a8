"""What is sent to each HTTP route: a request that would succeed for a caller with the right."""

from collections.abc import Callable, Mapping

from tests.flow.matrix.cast import Part, Standing
from tests.flow.matrix.rules import Whose
from tests.flow.matrix.stage import ABSENT, ABSENT_CODE, Stage, file_upload, roll_upload
from tests.kit.application import PASSWORD, Request

NEW_PASSWORD = "seven-green-lanterns-above-the-harbour"
REASON = "核对联系方式"
NEW_WORD = {
    "base_version": 1,
    "changes": [{"key": "word/unit", "value": {"zh": "分部", "en": "section"}}],
    "reason": REASON,
}

Asked = tuple[Stage, Part, Whose]
Probe = Callable[[Stage, Part, Whose], Request]


def get(path: str) -> Probe:
    """A request without an object."""
    return lambda _stage, _part, _whose: Request("GET", path)


def post(path: str, body: Mapping[str, object] | None = None) -> Probe:
    """A request without an object."""
    return lambda _stage, _part, _whose: Request("POST", path, body)


def of_unit(path: str, more: str = "") -> Probe:
    """A question about a unit in the query string."""
    return lambda stage, part, whose: Request("GET", f"{path}?unit={stage.unit(part, whose)}{more}")


def of_member(path: str, body: dict[str, str] | None = None) -> Probe:
    """A request about a member in the path."""
    return lambda stage, part, whose: Request("POST", f"/roll/{stage.member(part, whose)}/{path}", body)


def of_reset(verb: str) -> Probe:
    """A decision about a request for a reset."""
    return lambda stage, part, whose: Request(
        "POST", f"/mfa-resets/{stage.thing('reset', part, whose)}/{verb}"
    )


def of_file(more: str = "", kind: str = "file") -> Probe:
    """A download."""
    return lambda stage, part, whose: Request("GET", f"/files/{stage.thing(kind, part, whose)}{more}")


def code_of(stage: Stage, part: Part) -> str:
    """A one-time code of the caller that is right; callers without a factor send a wrong one."""
    return "000000" if part.standing is Standing.ENROLLING else stage.application.code()


def check_code(stage: Stage, part: Part, whose: Whose) -> Request:
    """Look at an activation code."""
    return Request("POST", "/activation/check", {"code": stage.thing("code", part, whose, ABSENT_CODE)})


def use_code(stage: Stage, part: Part, whose: Whose) -> Request:
    """Use an activation code."""
    code = stage.thing("code", part, whose, ABSENT_CODE)
    return Request("POST", "/activation", {"code": code, "login": "newcomer", "password": PASSWORD})


def log_in(stage: Stage, part: Part, whose: Whose) -> Request:
    """Right password of somebody in the own branch, or a name that nobody has."""
    stranger = f"nobody-{part.name.replace(' ', '-')}"
    name = stranger if whose is Whose.NONE else stage.people[f"member {part.home}"].login
    return Request("POST", "/login", {"login": name, "password": PASSWORD})


def recover(stage: Stage, part: Part, _whose: Whose) -> Request:
    """A recovery code of the caller."""
    return Request(
        "POST", "/login/recovery", {"code": stage.own.get(("recovery code", part.name)) or ABSENT_CODE}
    )


def prove(stage: Stage, part: Part, _whose: Whose) -> Request:
    """Password and code again."""
    return Request("POST", "/reauth", {"password": PASSWORD, "code": code_of(stage, part)})


def change_password(_stage: Stage, _part: Part, _whose: Whose) -> Request:
    """From the present password to another."""
    return Request("POST", "/password", {"current": PASSWORD, "new": NEW_PASSWORD})


def ask_reset(stage: Stage, part: Part, whose: Whose) -> Request:
    """Ask for a reset of somebody's second factor; the objects of `approve` have open requests, so ask for the clerk's."""
    member = stage.member(part, whose)
    if whose in {Whose.SAME, Whose.NEXT, Whose.FAR}:
        member = stage.people[f"clerk {stage.branch_of(part, whose)}"].member or ""
    return Request("POST", "/mfa-resets", {"member": member, "reason": REASON})


def approve_own(stage: Stage, part: Part, _whose: Whose) -> Request:
    """Approve what one has asked for."""
    asked = stage.own.get(("asked", part.name), stage.objects["reset", part.home])
    return Request("POST", f"/mfa-resets/{asked}/approve")


def make_token(stage: Stage, part: Part, whose: Whose) -> Request:
    """A bot for a unit."""
    body = {"unit": stage.unit(part, whose), "name": "新机器人", "scopes": ["chat.history"]}
    return Request("POST", "/tokens", body)


def end_token(stage: Stage, part: Part, whose: Whose) -> Request:
    """Revoke a token."""
    return Request("DELETE", f"/tokens/{stage.thing('token', part, whose)}")


def end_device(stage: Stage, part: Part, whose: Whose) -> Request:
    """Sign a device out."""
    return Request("DELETE", f"/devices/{stage.thing('session', part, whose)}")


def add_unit(stage: Stage, part: Part, whose: Whose) -> Request:
    """A group below a unit."""
    return Request("POST", "/org/units", {"parent": stage.unit(part, whose), "name": "新小组"})


def edit_unit(stage: Stage, part: Part, whose: Whose) -> Request:
    """Move a unit among its siblings."""
    return Request("PATCH", f"/org/units/{stage.unit(part, whose)}", {"order": 7})


def close_unit(stage: Stage, part: Part, whose: Whose) -> Request:
    """Close a unit."""
    return Request("DELETE", f"/org/units/{stage.unit(part, whose)}")


def give_in_unit(stage: Stage, part: Part, whose: Whose) -> Request:
    """A role in a unit, to somebody of the own branch."""
    body = {"member": stage.member(part, Whose.SAME), "unit": stage.unit(part, whose), "role": "case_handler"}
    return Request("PUT", "/roles", body)


def give_to_member(stage: Stage, part: Part, whose: Whose) -> Request:
    """A role in the own branch that guests may hold."""
    body = {"member": stage.member(part, whose), "unit": stage.unit(part, Whose.SAME), "role": "observer"}
    return Request("PUT", "/roles", body)


def take_role(stage: Stage, part: Part, whose: Whose) -> Request:
    """Take a role."""
    return Request("DELETE", f"/roles/{stage.thing('hold', part, whose)}")


def add_member(stage: Stage, part: Part, whose: Whose) -> Request:
    """A newcomer on a roll."""
    return Request("POST", "/roll", {"unit": stage.unit(part, whose), "name": "周新人", "number": "N9999"})


def edit_member(stage: Stage, part: Part, whose: Whose) -> Request:
    """Another name for a member."""
    return Request("PATCH", f"/roll/{stage.member(part, whose)}", {"name": "周改名"})


def return_member(stage: Stage, part: Part, whose: Whose) -> Request:
    """Put somebody who left on the roll again."""
    gone = stage.people[f"left {stage.branch_of(part, whose)}"].member
    return Request("POST", f"/roll/{stage.member(part, whose) if whose is Whose.NONE else gone}/return")


def import_roll(stage: Stage, part: Part, whose: Whose) -> Request:
    """A roll for a unit."""
    return roll_upload(stage.unit(part, whose))


def continue_import(stage: Stage, part: Part, whose: Whose) -> Request:
    """Look again at an uploaded roll."""
    return Request("POST", f"/roll/import/{stage.thing('import', part, whose)}", {})


def upload(stage: Stage, part: Part, whose: Whose) -> Request:
    """A file for a room."""
    return file_upload(stage.room(part, whose))


HTTP_PROBES: dict[tuple[str, str], Probe] = {
    ("activation.check", ""): check_code,
    ("activation.use", ""): use_code,
    ("login.password", ""): log_in,
    ("login.totp", ""): lambda stage, part, _whose: Request(
        "POST", "/login/totp", {"code": code_of(stage, part)}
    ),
    ("login.recovery", ""): recover,
    ("mfa.enrol", ""): post("/mfa/enrol"),
    ("mfa.confirm", ""): lambda _stage, _part, _whose: Request("POST", "/mfa/confirm", {"code": "000000"}),
    ("mfa.recovery_codes", ""): post("/mfa/recovery-codes"),
    ("session.prove", ""): prove,
    ("session.end", ""): post("/logout"),
    ("session.read", ""): get("/session"),
    ("password.change", ""): change_password,
    ("device.list", ""): get("/devices"),
    ("device.end", ""): end_device,
    ("device.end_others", ""): post("/devices/end-others"),
    ("mfa_reset.list", ""): get("/mfa-resets"),
    ("mfa_reset.ask", ""): ask_reset,
    ("mfa_reset.approve", ""): of_reset("approve"),
    ("mfa_reset.approve", "asked for by oneself"): approve_own,
    ("mfa_reset.decline", ""): of_reset("decline"),
    ("token.list", ""): get("/tokens"),
    ("token.make", ""): make_token,
    ("token.revoke", ""): end_token,
    ("me.record", ""): get("/me/record"),
    ("me.audit", ""): get("/me/audit"),
    ("meeting.file", ""): lambda stage, part, whose: Request(
        "GET", f"/meetings/{stage.thing('meeting', part, whose)}/files/attendance.csv"
    ),
    ("meeting.read_paper", ""): lambda stage, part, whose: Request(
        "POST",
        f"/meetings/{stage.thing('meeting', part, whose)}/paper",
        content="姓名,签名\n无此人,√\n".encode(),
        headers={"content-type": "text/csv"},
    ),
    ("meeting.claim", ""): lambda _stage, _part, _whose: Request(
        "POST", "/meeting-claims", {"meeting": ABSENT, "token": "x"}
    ),
    ("me.calendar_make", ""): post("/me/calendar"),
    ("me.calendar_end", ""): lambda _stage, _part, _whose: Request("DELETE", "/me/calendar"),
    ("meeting.calendar", ""): get("/calendar/nobody-knows-it"),
    ("system.health", ""): get("/health"),
    ("system.alive", ""): get("/alive"),
    ("system.ready", ""): get("/ready"),
    ("org.show", ""): get("/org"),
    ("template.show", ""): get("/template"),
    ("template.propose", ""): post("/template/proposals", NEW_WORD),
    ("template.decide", ""): post(f"/template/proposals/{ABSENT}/decision", {"accept": True}),
    ("template.withdraw", ""): lambda _stage, _part, _whose: Request(
        "DELETE", f"/template/proposals/{ABSENT}"
    ),
    ("org.add_unit", ""): add_unit,
    ("org.edit_unit", ""): edit_unit,
    ("org.close_unit", ""): close_unit,
    ("org.counts", ""): of_unit("/org/counts"),
    ("org.audit", ""): of_unit("/org/audit"),
    ("org.export_audit", ""): of_unit("/org/audit/export", "&format=csv"),
    ("roll.audit", ""): of_member("audit", {}),
    ("role.list", ""): of_unit("/roles"),
    ("role.give", "in a unit"): give_in_unit,
    ("role.give", "to a member"): give_to_member,
    ("role.take", ""): take_role,
    ("roll.list", ""): of_unit("/roll"),
    ("roll.list", "with those who left"): of_unit("/roll", "&left=true"),
    ("roll.add", ""): add_member,
    ("roll.edit", ""): edit_member,
    ("roll.open", ""): of_member("open", {"reason": REASON}),
    ("roll.issue_code", ""): of_member("activation-code"),
    ("roll.leave", ""): of_member("leave"),
    ("roll.return", ""): return_member,
    ("roll.import", ""): import_roll,
    ("roll.import_step", ""): continue_import,
    ("roll.export", ""): of_unit("/roll/export", "&format=csv"),
    ("files.upload", ""): upload,
    ("files.download", ""): of_file(),
    ("files.download", "not sent yet"): of_file(kind="loose file"),
    ("files.thumbnail", ""): of_file("/thumbnail"),
}
