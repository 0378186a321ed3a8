"""Refusals of the floor, 2435–2449."""

from channels.protocol.errors import ErrorRow

TALLY_WRONG = ErrorRow(
    2435,
    "TALLY_WRONG",
    "票数合计{n},应为{m},请核对",
    "The numbers add up to {n} and must be {m}; please check",
    status=422,
)
TALLY_MISSING = ErrorRow(
    2436,
    "TALLY_MISSING",
    "还需要两名计票人录入相同的票数",
    "Two tellers must enter the same numbers first",
    status=409,
)
TALLIES_DIFFER = ErrorRow(
    2444,
    "TALLIES_DIFFER",
    "录入的票数不一致,请核对后重新录入",
    "The numbers that were entered differ; check and enter them again",
    status=409,
)
ONE_PER_PERSON = ErrorRow(
    2437,
    "ONE_PER_PERSON",
    "须逐人表决,每人一项",
    "One motion for each person",
    status=422,
)
FORM_NOT_ALLOWED = ErrorRow(
    2438,
    "FORM_NOT_ALLOWED",
    "本规则不采用这种表决方式",
    "This rule does not allow that form of vote",
    status=422,
)
VOTE_RUNNING = ErrorRow(
    2439, "VOTE_RUNNING", "表决正在进行,请先结束", "A vote is open; end it first", status=409
)
CHAIR_LAST = ErrorRow(
    2440,
    "CHAIR_LAST",
    "主持人末位表态,还有人在等候发言",
    "The chair speaks last; others are waiting",
    status=409,
)
OPINION_DIFFERS = ErrorRow(
    2441,
    "OPINION_DIFFERS",
    "与先前录入的书面意见不一致,请核对原件",
    "It differs from what was entered before; check the paper",
    status=409,
)
HANDS_FULL = ErrorRow(2442, "HANDS_FULL", "举手的人已经很多", "The list of speakers is full", status=409)
OPINIONS_FILED = ErrorRow(
    2443,
    "OPINIONS_FILED",
    "已有书面意见,内容不能再改;可撤销后另提一项",
    "Written opinions rest on these words; withdraw the motion and put another",
    status=409,
)

FLOOR_ERRORS: tuple[ErrorRow, ...] = (
    TALLY_WRONG, TALLY_MISSING, ONE_PER_PERSON, FORM_NOT_ALLOWED, VOTE_RUNNING, CHAIR_LAST, OPINION_DIFFERS, HANDS_FULL,
    OPINIONS_FILED, TALLIES_DIFFER,
)  # fmt: skip
