"""Between a request and the rooms of accounts: who knocks, and which cookies go back. May be imported by server."""

from server.accounts.agents import family
from server.accounts.values import Opened, Step, Visit
from server.http.cookies import DEVICE, DEVICE_AGE_S, SESSION, Jar
from server.http.routes import Call


def jar(call: Call) -> Jar:
    """How cookies are named here."""
    return Jar(call.services.web.insecure_cookie)


def visit(call: Call) -> Visit:
    """The browser of a request."""
    headers = call.request.headers
    return Visit(
        address=call.address,
        agent=family(headers.get("user-agent", "")),
        device=jar(call).find(headers.get("cookie", ""), DEVICE),
        session=call.session,
    )


def hand_over(call: Call, opened: Opened) -> Step:
    """Give the new session token, and the device token if there is a new one, to the browser."""
    policy = call.services.accounts.parts.policy
    done = opened.session.step is Step.DONE
    age_ms = policy.member.absolute_ms if done else policy.login_ms
    call.outgoing.cookies.append(jar(call).put(SESSION, opened.token, age_ms // 1000))
    if opened.device:
        call.outgoing.cookies.append(jar(call).put(DEVICE, opened.device, DEVICE_AGE_S))
    return opened.session.step


def take_back(call: Call) -> None:
    """Remove the session cookie; the device stays known."""
    call.outgoing.cookies.append(jar(call).drop(SESSION))
    call.outgoing.headers["clear-site-data"] = '"cache"'
