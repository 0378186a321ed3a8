"""Cookies, addresses, content types, problems and the OpenAPI document."""

import json

import pytest
from starlette.requests import Request

from channels.core.feature import RateClass
from channels.protocol.errors import TOO_MANY_REQUESTS, ErrorRow, Refused
from moderation.limits import MemoryLimits
from server.http.cookies import DEVICE, SESSION, Jar
from server.http.errors import HTTP_ERRORS
from server.http.limits import client_address, take
from server.http.openapi import openapi
from server.http.pipeline import check_content_type
from server.http.problem import PROBLEM_MEDIA, answer_to, problem_of, refusal_of
from server.http.routes import Gate
from server.http.table import ROUTES
from storage.clock import FixedClock
from storage.errors import BadCiphertext, Busy, Duplicate, GuardFailed, NotFound, Unavailable


def request_with(media: str) -> Request:
    """A request that carries nothing but a content type."""
    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", media.encode())]})


@pytest.mark.parametrize("media", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
def test_json_is_taken(media: str) -> None:
    check_content_type(request_with(media))
    assert media.lower().startswith("application/json")


@pytest.mark.parametrize(
    "media",
    ["", "text/plain", "application/jsonp", "text/plain; application/json", "application/json; charset=gbk",
     "application/json; charset=utf-8; x=1", "application/json, text/plain"],
)  # fmt: skip
def test_other_types_are_refused(media: str) -> None:
    with pytest.raises(Refused, match="NOT_JSON"):
        check_content_type(request_with(media))


def test_cookies_are_bound_to_the_host_unless_development_says_otherwise() -> None:
    assert Jar().put(SESSION, "abc", 60) == (
        "__Host-huitang=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    )
    assert Jar(insecure=True).put(SESSION, "abc", 60) == (
        "huitang=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
    )
    assert "Max-Age=0" in Jar().drop(SESSION)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("__Host-huitang=abc", "abc"),
        ("a=b; __Host-huitang=abc; c=d", "abc"),
        ("huitang=abc", ""),
        ("__Host-huitang=abc; __Host-huitang=def", ""),
        ("__Host-huitang-device=abc", ""),
        ("__Host-huitang=" + "x" * 201, ""),
        ("", ""),
    ],
)
def test_only_our_own_single_cookie_is_read(header: str, found: str) -> None:
    assert Jar().find(header, SESSION) == found
    assert Jar().find("__Host-huitang-device=abc", DEVICE) == "abc"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "local"),
        ("", "local"),
        ("not an address", "unknown"),
    ],
)
def test_addresses_are_counted_by_subscriber(host: str | None, address: str) -> None:
    assert client_address(host) == address


def test_public_buckets_are_wider_and_each_class_has_its_own() -> None:
    clock = FixedClock()
    limits = MemoryLimits(clock)
    for _ in range(20):
        take(limits, RateClass.HEAVY, None, "203.0.113.5")
    with pytest.raises(Refused) as refused:
        take(limits, RateClass.HEAVY, None, "203.0.113.5")
    assert refused.value.row is TOO_MANY_REQUESTS
    take(limits, RateClass.READ, None, "203.0.113.5")
    clock.advance(refused.value.retry_after_ms or 0)
    take(limits, RateClass.HEAVY, None, "203.0.113.5")


def test_a_problem_says_everything_in_both_languages() -> None:
    row = ErrorRow(9999, "TEST_ONLY", "还有{n}次,{what}", "{n} left, {what}", temporary=True, status=429)
    problem = problem_of(Refused(row, retry_after_ms=1_500, n=3))
    assert problem.type == "urn:huitang:error:TEST_ONLY"
    assert problem.message.zh == "还有3次,{what}"
    assert problem.message.en == problem.detail == "3 left, {what}"
    answer = answer_to(Refused(row, retry_after_ms=1_500, n=3))
    assert answer.headers["retry-after"] == "2"
    assert answer.media_type == PROBLEM_MEDIA
    assert json.loads(bytes(answer.body))["params"] == {"n": 3}


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (Busy("x"), "BUSY"),
        (GuardFailed("x"), "CONFLICT"),
        (Duplicate("x"), "CONFLICT"),
        (Unavailable("x"), "UNAVAILABLE"),
        (NotFound("x"), "NOT_FOUND"),
        (TimeoutError(), "UNAVAILABLE"),
        (BadCiphertext("x"), "INTERNAL"),
        (ValueError("x"), "INTERNAL"),
    ],
)
def test_every_exception_has_an_answer(fault: Exception, key: str) -> None:
    assert refusal_of(fault).row.key == key


def test_route_names_and_addresses_are_unique_and_errors_numbered_once() -> None:
    assert len({row.name for row in ROUTES}) == len(ROUTES)
    assert len({(row.method, row.path) for row in ROUTES}) == len(ROUTES)
    assert len({row.code for row in HTTP_ERRORS}) == len(HTTP_ERRORS)
    assert all(row.method != "GET" or row.body is None for row in ROUTES)
    assert all(row.handler.__doc__ for row in ROUTES)


def test_the_document_lists_every_route_with_its_gate() -> None:
    document = openapi(ROUTES)
    assert document["openapi"] == "3.1.0"
    listed = {
        operation["operationId"]: operation
        for methods in document["paths"].values()
        for operation in methods.values()
    }
    assert listed.keys() == {row.name for row in ROUTES}
    for row in ROUTES:
        operation = listed[row.name]
        assert bool(operation["security"]) == (row.gate is not Gate.PUBLIC)
        assert operation["responses"]["default"]["content"].keys() == {PROBLEM_MEDIA}
    names = {part["name"] for part in listed["me.audit"]["parameters"]}
    assert names == {"before", "limit"}
    text = json.dumps(document, sort_keys=True)
    assert text == json.dumps(openapi(reversed(ROUTES)), sort_keys=True)
    for reference in {part for part in text.split('"') if part.startswith("#/components/schemas/")}:
        assert reference.rpartition("/")[2] in document["components"]["schemas"]
