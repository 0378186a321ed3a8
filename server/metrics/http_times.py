"""Counts HTTP requests by method, pattern of the route and class of the status, with their durations.

The labels are bounded: patterns come from the table of routes, never from the address that was asked for; methods nobody
knows are one; and above a number of series everything new is one, too. May be imported by server and tests.
"""

from storage.histogram import Histogram

HTTP_MS = (5, 25, 100, 250, 1_000, 2_500, 10_000)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SERIES_MAX = 400
"""Twice what the table of routes gives when every route is answered well and refused; one takes some 500 bytes."""

OTHER = "other"

Series = tuple[str, str, str]
"""Method, route, class of the status."""


class HttpTimes:
    """Durations of one process.

    Attributes:
        series: Durations in milliseconds.
    """

    def __init__(self, series: dict[Series, Histogram] | None = None) -> None:
        self.series = series if series is not None else {}

    def observe(self, method: str, route: str, status: int, took_ms: int) -> None:
        """A request ended.

        Args:
            method: As it was sent.
            route: Pattern of the route that served it, `-` for none.
            status: HTTP status, 0 when nothing was answered.
            took_ms: From its head to the end of its answer.
        """
        known = method if method in METHODS else OTHER
        series = (known, route, f"{status // 100}xx" if status else "none")
        if series not in self.series and len(self.series) >= SERIES_MAX:
            series = (OTHER, OTHER, OTHER)
        times = self.series.get(series)
        if times is None:
            times = self.series[series] = Histogram(HTTP_MS)
        times.observe(max(0, took_ms))
