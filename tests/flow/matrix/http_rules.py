"""The rules of every HTTP route."""

from tests.flow.matrix.cast import CAST
from tests.flow.matrix.meeting_rules import MEETING_FILE
from tests.flow.matrix.rules import (
    BRANCH_SECRETARIES,
    COUNTERS,
    EVERYBODY,
    GROUP_TOO,
    HERE,
    IN_GROUP,
    KEEPERS,
    MEMBERS,
    NO_ONE,
    PEOPLE,
    RESETTERS,
    SEES_PEOPLE,
    WATCHERS,
    Cell,
    Door,
    Rule,
    Whose,
    all_the_same,
    of_members,
    of_rooms,
    of_units,
)

OPEN, BEGUN, SIGNED_IN, PROVED = Door.OPEN, Door.BEGUN, Door.SIGNED_IN, Door.PROVED
HOLD_A_ROLE = frozenset(part.name for part in CAST if part.role)
KEEP_SOMEWHERE = KEEPERS | GROUP_TOO
GONE = "FILE_GONE"
LEADS_ALL = frozenset({"stranger secretary"})
"""The only ones with an office in the topmost branch of their organisation: the first organisation's stand below it."""

DECIDE_TOO = frozenset({"committee"})

ACCOUNT_RULES: tuple[Rule, ...] = (
    Rule("activation.check", OPEN, {
        Whose.SAME: Cell(EVERYBODY, ""), Whose.FAR: Cell(EVERYBODY, ""), Whose.NONE: Cell(NO_ONE, "CODE_WRONG"),
    }, "whoever holds the printed code may see whose it is; it has 128 random bits", counts=True),
    Rule("activation.use", OPEN, {
        Whose.SAME: Cell(EVERYBODY, ""), Whose.NONE: Cell(NO_ONE, "CODE_WRONG"),
    }, "the code is the right; an officer handed it over", counts=True),
    Rule("login.password", OPEN, {
        Whose.SAME: Cell(EVERYBODY, ""), Whose.NONE: Cell(NO_ONE, "LOGIN_WRONG"),
    }, "everybody may try; unknown names are answered like wrong passwords", counts=True),
    Rule("login.totp", BEGUN, all_the_same(frozenset({"pending"}), "STEP_WRONG"),
         "only between password and second factor", counts=True),
    Rule("login.recovery", BEGUN, all_the_same(frozenset({"pending"}), "STEP_WRONG"),
         "only between password and second factor", counts=True),
    Rule("mfa.enrol", BEGUN, {Whose.ANY: Cell(
        PEOPLE - {"stale secretary"} | {"enrolling"}, "STEP_WRONG", hears={"stale secretary": "REAUTH_NEEDED"},
    )}, "a first factor after the password, a new one after a fresh proof; never around a factor that exists"),
    Rule("mfa.confirm", BEGUN, {Whose.ANY: Cell(
        PEOPLE - {"stale secretary"} | {"enrolling"}, "STEP_WRONG", "ENROL_NOT_STARTED",
        hears={"stale secretary": "REAUTH_NEEDED"},
    )}, "as setting it up; here nobody has begun", counts=True),
    Rule("mfa.recovery_codes", PROVED, all_the_same(PEOPLE, ""), "own codes, after a fresh proof"),
    Rule("session.prove", SIGNED_IN, all_the_same(PEOPLE, ""), "proves the caller's own identity", counts=True),
    Rule("session.end", BEGUN, all_the_same(EVERYBODY, ""), "everybody may sign out"),
    Rule("session.read", OPEN, all_the_same(EVERYBODY, ""), "says who is signed in on this device, to this device"),
    Rule("password.change", PROVED, all_the_same(PEOPLE, ""), "own password, after a fresh proof", counts=True),
    Rule("device.list", SIGNED_IN, all_the_same(PEOPLE, ""), "own devices"),
    Rule("device.end", SIGNED_IN, {
        Whose.OWN: Cell(PEOPLE, "NOT_FOUND"),
        **dict.fromkeys((Whose.SAME, Whose.NEXT, Whose.FAR, Whose.NONE), Cell(NO_ONE, "NOT_FOUND")),
    }, "own devices only, for officers and administrators too"),
    Rule("device.end_others", SIGNED_IN, all_the_same(PEOPLE, ""), "own devices"),
    Rule("me.record", SIGNED_IN, all_the_same(PEOPLE, ""), "the caller's own record"),
    Rule("me.audit", SIGNED_IN, all_the_same(PEOPLE, ""), "who looked at the caller's own record"),
    Rule("meeting.file", SIGNED_IN, MEETING_FILE, "lists of names for the desk; minutes for whoever may read them"),
    Rule("meeting.read_paper", SIGNED_IN, MEETING_FILE, "a signed sheet is held against the list of names by the desk"),
    Rule("meeting.claim", OPEN, all_the_same(NO_ONE, "CODE_EXPIRED"), "a code that is not right tells strangers nothing"),
    Rule("me.calendar_make", SIGNED_IN, all_the_same(MEMBERS, "NOT_FOUND"), "own calendar feed"),
    Rule("me.calendar_end", SIGNED_IN, all_the_same(MEMBERS, "NOT_FOUND"), "own calendar feed"),
    Rule("meeting.calendar", OPEN, all_the_same(NO_ONE, "NOT_FOUND"), "whoever has the secret address"),
    Rule("system.health", OPEN, all_the_same(EVERYBODY, ""), "for proxies; says only that the server answers"),
    Rule("system.alive", OPEN, all_the_same(EVERYBODY, ""), "for orchestrators; says only that the process answers"),
    Rule("system.ready", OPEN, all_the_same(EVERYBODY, ""), "for load balancers; says one of three words when it is not"),
)  # fmt: skip

OFFICER_RULES: tuple[Rule, ...] = (
    Rule("mfa_reset.list", SIGNED_IN, all_the_same(PEOPLE, ""), "requests about oneself, and those of the own office"),
    Rule("mfa_reset.ask", PROVED, {
        **of_members(RESETTERS, own=NO_ONE, unknown="NOT_FOUND"),
        Whose.OWN: Cell(NO_ONE, "FORBIDDEN", hears=dict.fromkeys(RESETTERS - {"guest oversight"}, "RESET_SAME_OFFICER")),
    }, "officers of the member's branch, never about themselves (S3.5)", holders=RESETTERS | GROUP_TOO),
    Rule("mfa_reset.approve", PROVED, {
        **of_members(RESETTERS, own=NO_ONE, unknown="NOT_FOUND"),
        Whose.OWN: Cell(NO_ONE, "FORBIDDEN", hears=dict.fromkeys(RESETTERS - {"guest oversight"}, "RESET_SAME_OFFICER")),
    }, "a second officer of the member's branch (S3.5)", holders=RESETTERS | GROUP_TOO),
    Rule("mfa_reset.approve", PROVED, {
        Whose.SAME: Cell(NO_ONE, "FORBIDDEN", hears=dict.fromkeys(RESETTERS, "RESET_SAME_OFFICER")),
    }, "whoever asked may not approve", about="asked for by oneself", holders=RESETTERS | GROUP_TOO),
    Rule("mfa_reset.decline", SIGNED_IN, {
        Whose.OWN: Cell(MEMBERS, "NOT_FOUND"),
        Whose.SAME: Cell(RESETTERS, "NOT_FOUND", hears=dict.fromkeys(HERE - RESETTERS, "FORBIDDEN")),
        **dict.fromkeys((Whose.NEXT, Whose.FAR, Whose.NONE), Cell(NO_ONE, "NOT_FOUND")),
    }, "the member it is about, and officers of the branch"),
    Rule("token.list", SIGNED_IN, all_the_same(BRANCH_SECRETARIES, "FORBIDDEN"), "tokens of the own branch",
         holders=BRANCH_SECRETARIES),
    Rule("token.make", PROVED, {
        Whose.SAME: Cell(BRANCH_SECRETARIES, "FORBIDDEN"),
        Whose.WITHIN: Cell(BRANCH_SECRETARIES, "FORBIDDEN"),
        **dict.fromkeys((Whose.NEXT, Whose.FAR, Whose.NONE), Cell(NO_ONE, "NOT_FOUND")),
    }, "who leads the branch answers for its bots", holders=BRANCH_SECRETARIES),
    Rule("token.revoke", SIGNED_IN, {
        Whose.SAME: Cell(BRANCH_SECRETARIES, "FORBIDDEN"),
        **dict.fromkeys((Whose.NEXT, Whose.FAR, Whose.NONE), Cell(NO_ONE, "NOT_FOUND")),
    }, "who leads the branch, whoever made the token", holders=BRANCH_SECRETARIES),
)  # fmt: skip

ORGANISATION_RULES: tuple[Rule, ...] = (
    Rule("org.show", SIGNED_IN, all_the_same(MEMBERS | {"bot"}, "NOT_FOUND"),
         "tree, words and roles of the own organisation are open to its members; administrators have none (SEC-10)", bots=True),
    Rule("template.show", SIGNED_IN, all_the_same(MEMBERS, "NOT_FOUND"),
         "the rules, and who changed them, are open to every member of the organisation"),
    Rule("template.propose", SIGNED_IN, all_the_same(LEADS_ALL, "FORBIDDEN"),
         "officers of the topmost branch: the rules are those of all branches", holders=KEEP_SOMEWHERE),
    Rule("template.decide", PROVED, all_the_same(LEADS_ALL, "FORBIDDEN", "NOT_FOUND"),
         "another officer of the topmost branch, after a fresh proof", holders=KEEP_SOMEWHERE | DECIDE_TOO),
    Rule("template.withdraw", SIGNED_IN, all_the_same(LEADS_ALL, "FORBIDDEN", "NOT_FOUND"),
         "whoever proposed it", holders=KEEP_SOMEWHERE),
    Rule("org.add_unit", SIGNED_IN, of_units(KEEPERS, Cell(KEEPERS | GROUP_TOO, "FORBIDDEN", "NOT_A_BRANCH")),
         "who keeps the branch makes its groups; below a group there is nothing", holders=KEEP_SOMEWHERE),
    Rule("org.edit_unit", SIGNED_IN, of_units(KEEPERS, Cell(KEEPERS | GROUP_TOO, "FORBIDDEN")),
         "who keeps the branch, or organizes the group", holders=KEEP_SOMEWHERE),
    Rule("org.close_unit", PROVED, {
        **of_units(KEEPERS, Cell(KEEPERS, "FORBIDDEN", "GROUP_IN_USE")),
        Whose.SAME: Cell(KEEPERS, "FORBIDDEN", "NOT_A_GROUP"),
    }, "who keeps the branch; groups only, and only when nobody is in them", holders=KEEP_SOMEWHERE),
    Rule("org.counts", SIGNED_IN, of_units(COUNTERS, Cell(COUNTERS, "FORBIDDEN"), above=frozenset({"upper contact"})),
         "numbers, never persons: who leads the branch, and the contact above", holders=COUNTERS),
    Rule("org.audit", SIGNED_IN, {
        Whose.SAME: Cell(SEES_PEOPLE, "UNIT_UNKNOWN"),
        Whose.WITHIN: Cell(NO_ONE, "UNIT_UNKNOWN", hears=dict.fromkeys(MEMBERS, "NOT_A_BRANCH")),
        **dict.fromkeys((Whose.NEXT, Whose.FAR, Whose.NONE), Cell(NO_ONE, "UNIT_UNKNOWN")),
    }, "members see exports and imports (SEC-12), watchers the rest"),
    Rule("org.export_audit", PROVED, of_units(
        WATCHERS, Cell(NO_ONE, "FORBIDDEN", hears=dict.fromkeys(WATCHERS, "NOT_A_BRANCH")),
    ), "who watches over the branch; every member sees that it was done", holders=WATCHERS),
    Rule("roll.audit", SIGNED_IN, of_members(WATCHERS, own=WATCHERS - {"guest oversight"}),
         "who watches over the member's branch; the member sees who looked", holders=WATCHERS),
    Rule("role.list", SIGNED_IN, {
        **dict.fromkeys((Whose.SAME, Whose.WITHIN), Cell(SEES_PEOPLE, "UNIT_UNKNOWN")),
        **dict.fromkeys((Whose.NEXT, Whose.FAR, Whose.NONE), Cell(NO_ONE, "UNIT_UNKNOWN")),
    }, "who may see the people of a branch sees their roles"),
    Rule("role.give", PROVED, of_units(BRANCH_SECRETARIES, Cell(BRANCH_SECRETARIES, "FORBIDDEN")),
         "who leads the branch, in it and its groups", about="in a unit", holders=BRANCH_SECRETARIES),
    Rule("role.give", PROVED, {
        Whose.OWN: Cell(NO_ONE, "SELF_GRANT"),
        Whose.SAME: Cell(BRANCH_SECRETARIES, "FORBIDDEN"),
        Whose.NEXT: Cell(BRANCH_SECRETARIES, "MEMBER_UNKNOWN"),
        **dict.fromkeys((Whose.FAR, Whose.NONE), Cell(NO_ONE, "MEMBER_UNKNOWN")),
    }, "guest roles may go to other branches (6.2), never to other organisations, nor to oneself",
         about="to a member", holders=BRANCH_SECRETARIES),
    Rule("role.take", PROVED, {
        Whose.OWN: Cell(HOLD_A_ROLE, "NOT_FOUND"),
        Whose.SAME: Cell(BRANCH_SECRETARIES, "NOT_FOUND", hears=dict.fromkeys(SEES_PEOPLE - BRANCH_SECRETARIES, "FORBIDDEN")),
        **dict.fromkeys((Whose.NEXT, Whose.FAR, Whose.NONE), Cell(NO_ONE, "NOT_FOUND")),
    }, "who leads the branch; everybody may lay down a role"),
)  # fmt: skip

ROLL_RULES: tuple[Rule, ...] = (
    Rule("roll.list", SIGNED_IN, {
        **dict.fromkeys((Whose.SAME, Whose.WITHIN), Cell(SEES_PEOPLE | {"upper contact"}, "UNIT_UNKNOWN")),
        Whose.NEXT: Cell(frozenset({"upper contact"}), "UNIT_UNKNOWN"),
        **dict.fromkeys((Whose.FAR, Whose.NONE), Cell(NO_ONE, "UNIT_UNKNOWN")),
    }, "members see cards; the contact above sees numbers only"),
    Rule("roll.list", SIGNED_IN, {
        **dict.fromkeys(
            (Whose.SAME, Whose.WITHIN),
            Cell(KEEPERS | {"upper contact"}, "UNIT_UNKNOWN", hears=dict.fromkeys(SEES_PEOPLE - KEEPERS, "FORBIDDEN")),
        ),
        Whose.NEXT: Cell(frozenset({"upper contact"}), "UNIT_UNKNOWN"),
        **dict.fromkeys((Whose.FAR, Whose.NONE), Cell(NO_ONE, "UNIT_UNKNOWN")),
    }, "who left is seen by those who keep the roll; the contact above sees the same numbers", about="with those who left"),
    Rule("roll.add", SIGNED_IN, of_units(KEEPERS, Cell(KEEPERS, "FORBIDDEN")),
         "who keeps the roll of the branch; an office in a group does not reach the branch's roll", holders=KEEP_SOMEWHERE),
    Rule("roll.edit", SIGNED_IN, of_members(KEEPERS), "who keeps the roll of the branch", holders=KEEP_SOMEWHERE),
    Rule("roll.open", SIGNED_IN, of_members(KEEPERS), "officers of the branch, with a reason the member reads",
         holders=KEEP_SOMEWHERE),
    Rule("roll.issue_code", PROVED, of_members(KEEPERS), "officers of the branch, who know the person",
         holders=KEEP_SOMEWHERE),
    Rule("roll.leave", PROVED, of_members(KEEPERS), "who keeps the roll of the branch", holders=KEEP_SOMEWHERE),
    Rule("roll.return", PROVED, {
        whose: cell for whose, cell in of_members(KEEPERS).items() if whose is not Whose.OWN
    }, "who keeps the roll of the branch", holders=KEEP_SOMEWHERE),
    Rule("roll.import", SIGNED_IN, of_units(
        KEEPERS, Cell(NO_ONE, "FORBIDDEN", hears=dict.fromkeys(KEEP_SOMEWHERE, "NOT_A_BRANCH")),
    ), "who keeps the roll of the branch; groups have no roll of their own", holders=KEEP_SOMEWHERE),
    Rule("roll.import_step", SIGNED_IN, {
        Whose.OWN: Cell(KEEPERS, "IMPORT_GONE"),
        **dict.fromkeys((Whose.SAME, Whose.NEXT, Whose.FAR, Whose.NONE), Cell(NO_ONE, "IMPORT_GONE")),
    }, "an upload belongs to the officer who sent it", holders=KEEP_SOMEWHERE),
    Rule("roll.export", PROVED, of_units(
        BRANCH_SECRETARIES, Cell(NO_ONE, "FORBIDDEN", hears=dict.fromkeys(BRANCH_SECRETARIES, "NOT_A_BRANCH")),
    ), "who leads the branch; every member sees that it was done", holders=BRANCH_SECRETARIES),
)  # fmt: skip

FILE_RULES: tuple[Rule, ...] = (
    Rule("files.upload", SIGNED_IN, of_rooms(MEMBERS, HERE | {"bot"}, IN_GROUP), "into rooms one is in", bots=True),
    Rule("files.download", SIGNED_IN, {
        **of_rooms(MEMBERS | {"bot"}, HERE | {"bot"}, IN_GROUP, unknown=GONE),
    }, "own files, and those of messages that stand in rooms one is in now", bots=True),
    Rule("files.download", SIGNED_IN, {Whose.SAME: Cell(NO_ONE, GONE)},
         "a file that was not sent is its owner's only", about="not sent yet", bots=True),
    Rule("files.thumbnail", SIGNED_IN, of_rooms(MEMBERS | {"bot"}, HERE | {"bot"}, IN_GROUP, unknown=GONE),
         "as the file itself", bots=True),
)  # fmt: skip

HTTP_RULES = ACCOUNT_RULES + OFFICER_RULES + ORGANISATION_RULES + ROLL_RULES + FILE_RULES
