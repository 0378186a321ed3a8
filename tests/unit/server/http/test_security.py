"""The same-site check, compared exactly."""

import pytest

from channels.protocol.errors import Refused
from server.http.security import WebPolicy, check_same_site

OURS = "https://hui.test"
POLICY = WebPolicy(frozenset({OURS, "https://hui.example.org"}))


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "origin": OURS},
        {"sec-fetch-site": "same-origin"},
        {"origin": OURS},
        {"origin": "https://hui.example.org"},
    ],
)
def test_our_pages_pass(headers: dict[str, str]) -> None:
    check_same_site(headers, "http://other", POLICY)
    assert POLICY.origins


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site", "origin": OURS},
        {"sec-fetch-site": "same-site", "origin": OURS},
        {"sec-fetch-site": "none"},
        {"sec-fetch-site": ""},
        {"sec-fetch-site": "same-origin", "origin": "https://evil.test"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "https://evilhui.test"},
        {"origin": "https://hui.test:8443"},
        {"origin": "http://hui.test"},
        {"origin": "HTTPS://hui.test"},
        {"origin": "https://hui.test.evil.org"},
        {"origin": "http://other"},
        {"sec-fetch-site": "same-origin", "origin": "null"},
    ],
)
def test_everything_else_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(Refused, match="CROSS_SITE"):
        check_same_site(headers, "http://other", POLICY)


def test_without_configured_origins_the_own_one_counts() -> None:
    check_same_site({"origin": "http://localhost:8080"}, "http://localhost:8080", WebPolicy())
    with pytest.raises(Refused, match="CROSS_SITE"):
        check_same_site({"origin": "http://localhost:8081"}, "http://localhost:8080", WebPolicy())
