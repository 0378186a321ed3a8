"""Whose bucket a request takes from. May be imported by server."""

import ipaddress

from channels.core.feature import RateClass
from channels.protocol.errors import TOO_MANY_REQUESTS, Refused
from moderation.limits import Limits
from server.accounts.values import SessionView

PUBLIC_BURST = (
    4  # one address may stand for a whole office behind one router: public buckets are this much larger
)


def client_address(host: str | None) -> str:
    """The address limits count by: IPv4 whole, IPv6 by /64 (one subscriber), `local` for unix sockets."""
    if not host:
        return "local"
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def take(limits: Limits, rate: RateClass, session: SessionView | None, address: str) -> None:
    """Take one token from the bucket of the account, or of the address when nobody is signed in.

    Raises:
        Refused: TOO_MANY_REQUESTS.
    """
    burst, per_minute = rate.value
    if session is None:
        key = f"http:{rate.name}:address:{address}"
        burst, per_minute = burst * PUBLIC_BURST, per_minute * PUBLIC_BURST
    else:
        key = f"http:{rate.name}:account:{session.account}"
    wait_ms = limits.take(key, burst, per_minute)
    if wait_ms > 0:
        raise Refused(TOO_MANY_REQUESTS, retry_after_ms=wait_ms, s=-(-wait_ms // 1000))
