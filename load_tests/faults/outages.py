"""How long members were without their topics after a kill. Pure. Imported by load_tests.faults only."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from load_tests.faults.killer import Kill
from load_tests.faults.loyal import OWN, Break
from load_tests.measures import Percentiles, percentiles

NOTICE_NS = 5_000_000_000
"""A line that breaks within this time after a blow is put down to it."""

FAST_NS = 50_000_000
"""Both sides read the same clock, but a line may break before the killer has come back from the call."""


@dataclass(frozen=True, slots=True)
class Outages:
    """What the breaks of all listeners come to.

    Attributes:
        by_victim: Kind of blow -> from the blow to the first message that was sent after it and applied here.
        back: From the blow to the topics being entered again, all kinds.
        entering: Of that, from the first byte of the last handshake on: the server's part.
        tries: Handshakes for each way back, counted: 1 -> so many.
        own: Breaks that were our own wish.
        unexplained: Close code -> breaks with no blow before them.
        unheard: Breaks after which nothing was heard any more.
    """

    by_victim: dict[str, Percentiles]
    back: Percentiles
    entering: Percentiles
    tries: dict[int, int]
    own: int
    unexplained: dict[int, int]
    unheard: int


def measure(kills: Sequence[Kill], members: Sequence[Sequence[Break]]) -> Outages:
    """Put each break down to the newest blow before it."""
    heard: dict[str, list[int]] = {}
    back: list[int] = []
    entering: list[int] = []
    tries, unexplained = Counter[int](), Counter[int]()
    own = unheard = 0
    for breaks in members:
        for place, one in enumerate(breaks):
            kill = blow_of(one, kills)
            if one.code == OWN:
                own += 1
            elif kill is None:
                unexplained[one.code] += 1
            else:
                tries[one.tries] += 1
                if one.back_ns:
                    back.append(one.back_ns - kill.at_ns)
                    entering.append(one.back_ns - one.dialled_ns)
                # Broken again before it heard anything: the outage goes on until it did.
                again_ns = next((later.heard_ns for later in breaks[place:] if later.heard_ns), 0)
                if again_ns:
                    heard.setdefault(kill.victim, []).append(again_ns - kill.at_ns)
                else:
                    unheard += 1
    return Outages(
        by_victim={victim: percentiles(samples) for victim, samples in heard.items()},
        back=percentiles(back),
        entering=percentiles(entering),
        tries=dict(sorted(tries.items())),
        own=own,
        unexplained=dict(unexplained),
        unheard=unheard,
    )


def blow_of(one: Break, kills: Sequence[Kill]) -> Kill | None:
    """The newest blow that can have broken a line."""
    before = [kill for kill in kills if -FAST_NS <= one.broke_ns - kill.at_ns <= NOTICE_NS]
    return max(before, key=lambda kill: kill.at_ns, default=None)
