"""What bot tokens may be given: commands and routes whose rows say so. May be imported by server."""

from collections.abc import Iterable

from channels.core.dispatch import READING
from channels.core.registry import Registry
from server.http.routes import RouteRow


def offered_scopes(registry: Registry, rows: Iterable[RouteRow]) -> dict[str, str]:
    """Scope word -> capability it needs, "" for none; READING lets a bot be in topics."""
    commands = {name: row.capability for name, row in registry.commands.items() if row.bots}
    routes = {row.name: row.capability for row in rows if row.bots}
    return {READING: "", **commands, **routes}
