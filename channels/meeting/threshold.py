"""Thresholds: how many are needed, and the sentence that says so. Pure, integers only (domain.md 2.3, invariant 11).

Imported by channels.meeting.
"""

from channels.meeting.protocol.values import Base, MeetingText, MeetingThreshold

Bases = dict[Base, int]
"""How many there are of each base at a moment."""


class EmptyBase(ValueError):
    """A share of nobody was asked for: never reached, never met, an error."""


def needed(threshold: MeetingThreshold, base: int) -> int:
    """The smallest whole number that meets the threshold.

    Args:
        threshold: Share and comparator; `den` >= 1.
        base: How many there are, >= 1.

    Raises:
        EmptyBase: `base` is 0.
    """
    if base < 1:
        raise EmptyBase(threshold.base)
    share = threshold.num * base
    if threshold.op == ">":
        return share // threshold.den + 1
    return -(-share // threshold.den)


def met(threshold: MeetingThreshold, count: int, base: int) -> bool:
    """True when `count` meets the threshold: `count * den op num * base`.

    Raises:
        EmptyBase: `base` is 0.
    """
    return count >= needed(threshold, base)


BASE_WORDS: dict[Base, tuple[str, str]] = {
    "roll": ("应到会人数", "expected"),
    "entitled": ("应到会有表决权", "entitled to vote"),
    "present_entitled": ("实到会有表决权", "entitled and present"),
    "cast_valid": ("有效票", "valid votes"),
    "total_weight": ("表决权总数", "total votes"),
}

_SHARES: dict[tuple[int, int, str], tuple[str, str]] = {
    (1, 2, ">"): ("超过{base} {n} {unit}的半数", "more than half of {n} {base}"),
    (1, 2, ">="): ("{base} {n} {unit}的半数以上(含半数)", "at least half of {n} {base}"),
}


def sentence(threshold: MeetingThreshold, base: int) -> MeetingText:
    """The rule in words with its numbers, e.g. 需 22 人(超过应到会有表决权 42 人的半数).

    Raises:
        EmptyBase: `base` is 0.
    """
    need = needed(threshold, base)
    unit = "票" if threshold.base in ("cast_valid", "total_weight") else "人"
    zh, en = _share(threshold)
    zh_base, en_base = BASE_WORDS[threshold.base]
    return MeetingText(
        zh=f"需 {need} {unit}({zh.format(base=zh_base, n=base, unit=unit)})",
        en=f"{need} needed ({en.format(base=en_base, n=base)})",
    )


def _share(threshold: MeetingThreshold) -> tuple[str, str]:
    known = _SHARES.get((threshold.num, threshold.den, threshold.op))
    if known is not None:
        return known
    share = f"{threshold.num}/{threshold.den}"
    if threshold.op == ">":
        return f"超过{{base}} {{n}} {{unit}}的 {share}", f"more than {share} of {{n}} {{base}}"
    return f"{{base}} {{n}} {{unit}}的 {share} 以上(含)", f"at least {share} of {{n}} {{base}}"
