"""How often "somebody is typing" may be told. Pure but for the memory of the last notices.

A notice is shown for EXPIRES_MS by clients; one every APART_MS keeps it alive with one spare. May be imported by channels
and server.
"""

from collections import OrderedDict

APART_MS = 3_000  # domain.md 2.17: a typing notice costs every reader a delivery; twice per expiry is enough
EXPIRES_MS = 6_000  # clients stop showing a notice that was not renewed
KEYS_MAX = 10_000  # notices remembered; older ones have expired long before at any human rate


class TypingNotices:
    """Lets the first notice of a key pass and holds back those that come too soon.

    Args:
        keys_max: Most keys remembered.
    """

    def __init__(self, *, keys_max: int = KEYS_MAX) -> None:
        self._keys_max = keys_max
        self._last_ms: OrderedDict[str, int] = OrderedDict()

    def may_pass(self, key: str, now_ms: int, apart_ms: int = APART_MS) -> bool:
        """True when the notice should be told.

        Args:
            key: Who, where and what; equal notices have equal keys.
            now_ms: Monotonic time.
            apart_ms: Least time between two equal notices.
        """
        last_ms = self._last_ms.get(key)
        if last_ms is not None and now_ms - last_ms < apart_ms:
            return False
        self._last_ms[key] = now_ms
        self._last_ms.move_to_end(key)
        if len(self._last_ms) > self._keys_max:
            self._last_ms.popitem(last=False)
        return True
