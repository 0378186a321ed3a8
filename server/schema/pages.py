"""Tables of the documents: the protocol, the errors, the settings. May be imported by server."""

from collections.abc import Iterable
from typing import Any

from pydantic.fields import FieldInfo

from channels.protocol.base import MAX_FRAME_BYTES, PROTOCOL_VERSION, WireModel
from channels.protocol.close_codes import CLOSE_ROWS
from channels.protocol.frames import MAX_TOPICS, PAGE_EVENTS
from server.config import PREFIX, Settings
from server.http.routes import API_ROOT
from server.schema.inventory import Inventory, definitions
from server.schema.typescript import REF, type_of

GENERATED = "<!-- Written by `huitang schema`. Do not edit. -->\n"
BEGIN, END = "<!-- settings: written by `huitang schema` -->", "<!-- end of settings -->"

INTRODUCTION = f"""# The protocol, version {PROTOCOL_VERSION}

One WebSocket at `/ws` carries JSON objects, one per text frame, at most {MAX_FRAME_BYTES:,} bytes each. Browsers are known by
their session cookie and an exact `Origin`; others send a bearer token in `hello`. Nothing secret stands in an address.

1. `hello` comes first and is answered by `welcome`. Then every command carries a `ref` of the client's choice and is
   answered by exactly one `reply` or `error` with that `ref`; events come in between.
2. `subscribe` enters a topic. Without `since` the answer holds a snapshot at `head`; with it, what was missed. Live events
   follow from `head + 1`, each topic in the order of `seq`, without holes.
3. After a broken connection `resume` takes many topics up again by `(epoch, seq)`. When more than {PAGE_EVENTS} entries were
   missed, the newest page comes with a `gap`; `replay` fetches the rest. Another `epoch` means: start over.
4. `heartbeat` is answered with server time and the heads of all subscribed topics (at most {MAX_TOPICS}): a client that has less
   asks with `replay`.
5. A retry of a command with a `cid` is stored once and answered as the original.
6. Clients ignore fields and event types they do not know. The server refuses fields it does not know.

The same facts for programs: `docs/schema/protocol.json` (JSON Schema), `docs/asyncapi.json`, `docs/openapi.json`,
`web_client/src/protocol/generated.ts`.
"""


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; bars and line ends inside cells are taken care of."""
    listed = [[" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in (head, *rows)]
    lines = ["| " + " | ".join(row) + " |" for row in listed]
    lines.insert(1, "|" + "---|" * len(listed[0]))
    return "\n".join(lines) + "\n"


def protocol_page(inventory: Inventory) -> str:
    """docs/protocol.md."""
    parts = [
        GENERATED,
        INTRODUCTION,
        "## Commands\n",
        _commands(inventory),
        "## Events\n",
        _events(inventory),
    ]
    parts += ["## Topics\n", _topics(inventory), "## Frames nobody asked for\n", _pushes(inventory)]
    parts += ["## Close codes\n", _close_codes(), "## HTTP\n", _routes(inventory)]
    parts += ["The errors of both are in [errors.md](errors.md).\n"]
    return "\n".join(parts)


def _lead(model: type[Any]) -> str:
    return (model.__doc__ or "").strip().split("\n\n")[0]


def _fields(model: type[WireModel], hidden: frozenset[str], *, written: bool) -> str:
    models = definitions([] if written else [model], [model] if written else [], REF)
    own = models[model.__name__]
    cells = []
    for name, node in own.get("properties", {}).items():
        if name not in hidden:
            mark = "" if name in own.get("required", ()) else "?"
            cells.append(f"`{name}{mark}: {type_of(node)}`")
    return " · ".join(cells) or "–"


def _commands(inventory: Inventory) -> str:
    rows = []
    for name, model in inventory.commands.items():
        row = inventory.registry.commands.get(name)
        answer = inventory.results[name]
        result = _fields(answer, frozenset({"type", "ref"}), written=True)
        needs = (f"`{row.capability}`" if row.capability else "member") if row else "–"
        rate = row.rate.name.lower() if row else "–"
        fields = _fields(model, frozenset({"type", "ref"}), written=False)
        rows.append([f"`{name}`", _lead(model), fields, result, needs, rate])
    return table(["command", "meaning", "fields", "answer", "capability", "rate"], rows)


def _events(inventory: Inventory) -> str:
    hidden = frozenset({"type", "topic", "seq", "at_ms"})
    rows = [
        [f"`{name}`", "log" if model.durable else "live", _lead(model), _fields(model, hidden, written=True)]
        for name, model in inventory.events.items()
    ]
    lead = "Every event has `type` and `topic`; those of the log also `seq` and `at_ms`. Live ones are never stored.\n\n"
    return lead + table(["event", "kind", "meaning", "fields"], rows)


def _topics(inventory: Inventory) -> str:
    rows = [
        [f"`{kind}:<id>`", _lead(model), _fields(model, frozenset(), written=True)]
        for kind, model in inventory.snapshots.items()
    ]
    return table(["topic", "snapshot", "fields"], rows)


def _pushes(inventory: Inventory) -> str:
    rows = [
        [
            f"`{model.model_fields['type'].default}`",
            _lead(model),
            _fields(model, frozenset({"type"}), written=True),
        ]
        for model in inventory.pushes
    ]
    return table(["frame", "meaning", "fields"], rows)


def _close_codes() -> str:
    rows = [
        [str(row.code), f"`{row.key}`", "yes" if row.reconnect else "no", row.meaning] for row in CLOSE_ROWS
    ]
    return table(["code", "reason", "reconnect", "meaning"], rows)


def _routes(inventory: Inventory) -> str:
    rows = [
        [
            f"`{row.method} {API_ROOT}{row.path}`",
            (row.handler.__doc__ or "").strip().partition("\n")[0],
            row.gate.value,
            f"`{row.capability}`" if row.capability else "–",
            row.rate.name.lower(),
        ]
        for row in sorted(inventory.routes, key=lambda row: (row.path, row.method))
    ]
    return table(["route", "meaning", "open to", "capability", "rate"], rows)


def errors_page(inventory: Inventory) -> str:
    """docs/errors.md."""
    rows = [
        [str(row.code), f"`{row.key}`", row.zh, row.en, "yes" if row.temporary else "no", str(row.status)]
        for row in inventory.errors
    ]
    head = ["code", "key", "zh-CN", "English", "temporary", "HTTP"]
    lead = (
        "# Errors\n\nNumbers and keys never change their meaning. A temporary one may succeed later without change. On the "
        "socket they come as `error` frames, over HTTP as RFC 9457 problems.\n"
    )
    return "\n".join([GENERATED, lead, table(head, rows)])


def settings_table() -> str:
    """Every setting with its meaning and default."""
    rows = [
        [f"`{PREFIX}{name.upper()}`", field.description or "", _default(field)]
        for name, field in Settings.model_fields.items()
    ]
    return table(["variable", "meaning", "default"], rows)


def _default(field: FieldInfo) -> str:
    value = field.default
    return "–" if value is None or value == "" else f"`{value}`"


def with_settings(page: str) -> str:
    """docs/operations.md with its table of settings written anew.

    Raises:
        ValueError: The page has no place for the table.
    """
    before, mark, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise ValueError("docs/operations.md has no place for the settings")
    return f"{before}{BEGIN}\n\n{settings_table()}\n{END}{after}"
