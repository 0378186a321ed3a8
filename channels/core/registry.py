"""The tables of the house: every command, topic, query, fact, error, event and index of all features, looked up by name.

Built once at start from the catalog. Whatever is named twice, or named against the rule "one word in five places", stops
the start. May be imported by server and tests.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from channels.core.context import Reader
from channels.core.feature import CommandRow, FactRow, Feature, QueryRow, TopicRow
from channels.core.settings import Setting, SettingsUnder
from channels.protocol.base import Command, Event, wire_type
from channels.protocol.errors import CORE_ERRORS, ErrorRow
from channels.protocol.frames import CORE_COMMANDS
from channels.protocol.presence import PRESENCE_EVENTS
from channels.protocol.pushes import Unreadable
from storage.indexes import IndexSpec
from storage.rotation import SealedField

K = TypeVar("K")
V = TypeVar("V")

CORE_EVENTS: tuple[type[Event], ...] = (*PRESENCE_EVENTS, Unreadable)


class Misregistered(ValueError):
    """Two rows share a name, or a row breaks the naming rule; the message says which."""


class Registry:
    """Look-up tables over all features.

    Args:
        features: The catalog.

    Attributes:
        features: As given.
        commands: Wire type -> row.
        topics: Kind -> row.
        queries: Query class -> row; the house itself answers `SettingsUnder`, from all features' parts.
        facts: Fact kind -> rows that listen to it.
        errors: Number -> row, the core's and all features'.
        events: Wire type -> event class, the core's and all features'.
        indexes: Every index the features need.
        sealed: Every sealed value of the features, for key rotation.
        capabilities: Word -> sentence.

    Raises:
        Misregistered: A name or number is used twice, or does not fit its feature.
    """

    def __init__(self, features: Iterable[Feature]) -> None:
        self.features = tuple(features)
        _unique("feature", (f.name for f in self.features))
        self.commands: Mapping[str, CommandRow] = _table("command", _commands(self.features))
        self.topics: Mapping[str, TopicRow] = _table(
            "topic", ((f.topic.kind, f.topic) for f in self.features if f.topic)
        )
        house = QueryRow(SettingsUnder, self._settings)
        self.queries: Mapping[type[Any], QueryRow] = _table(
            "query", ((q.query, q) for q in (house, *(q for f in self.features for q in f.queries)))
        )
        _unique("part of the template", (row.part for f in self.features for row in f.settings))
        self.errors: Mapping[int, ErrorRow] = _errors(self.features)
        self.events: Mapping[str, type[Event]] = _table("event", _events(self.features))
        self.indexes: tuple[IndexSpec, ...] = tuple(i for f in self.features for i in f.indexes)
        _unique("index", (i.name for i in self.indexes))
        self.sealed: tuple[SealedField, ...] = tuple(s for f in self.features for s in f.sealed)
        _unique("sealed field", (s.label for s in self.sealed))
        self.capabilities: Mapping[str, str] = _table(
            "capability", ((word, text) for f in self.features for word, text in f.capabilities.items())
        )
        self.facts: Mapping[str, tuple[FactRow, ...]] = _listeners(self.features)
        self._check_words()

    @property
    def models(self) -> tuple[type[Command], ...]:
        """Every command model that may come over the wire."""
        return CORE_COMMANDS + tuple(row.model for row in self.commands.values())

    async def route(self, query: Any, reader: Reader) -> Any:  # noqa: ANN401 - the pair is checked by the row
        """Answer another feature's question.

        Raises:
            LookupError: No feature answers queries of this class.
        """
        row = self.queries.get(type(query))
        if row is None:
            raise LookupError(f"no feature answers {type(query).__name__}")
        return await row.answer(query, reader)

    async def _settings(self, query: SettingsUnder, _: Reader) -> tuple[Setting, ...]:
        rows = [row for feature in self.features for row in feature.settings]
        return tuple(one for row in rows for one in row.listed(query.template, query.changes))

    def _check_words(self) -> None:
        for feature in self.features:
            if feature.topic and feature.topic.kind != feature.name:
                raise Misregistered(f"topic {feature.topic.kind} belongs to feature {feature.name}")
            for word in feature.capabilities:
                _check_prefix("capability", word, feature)
        for name, row in self.commands.items():
            if row.capability and row.capability not in self.capabilities:
                raise Misregistered(f"command {name} asks for the unknown capability {row.capability}")


def _commands(features: Iterable[Feature]) -> list[tuple[str, CommandRow]]:
    taken = {wire_type(model) for model in CORE_COMMANDS}
    rows = []
    for feature in features:
        for row in feature.commands:
            name = wire_type(row.model)
            if name in taken:
                raise Misregistered(f"command {name} belongs to the core")
            _check_prefix("command", name, feature)
            rows.append((name, row))
    return rows


def _events(features: Iterable[Feature]) -> list[tuple[str, type[Event]]]:
    events: list[tuple[str, type[Event]]] = [(wire_type(event), event) for event in CORE_EVENTS]
    for feature in features:
        for event in feature.events:
            _check_prefix("event", wire_type(event), feature)
            events.append((wire_type(event), event))
    return events


def _errors(features: Iterable[Feature]) -> dict[int, ErrorRow]:
    rows = [*CORE_ERRORS, *(row for f in features for row in f.errors)]
    _unique("error key", (row.key for row in rows))
    return _table("error number", ((row.code, row) for row in rows))


def _listeners(features: Iterable[Feature]) -> dict[str, tuple[FactRow, ...]]:
    kinds: dict[str, tuple[FactRow, ...]] = {}
    for feature in features:
        for row in feature.facts:
            kinds[row.kind] = (*kinds.get(row.kind, ()), row)
    return kinds


def _check_prefix(what: str, word: str, feature: Feature) -> None:
    if not word.startswith(f"{feature.name}."):
        raise Misregistered(f"{what} {word} does not begin with its feature's word {feature.name}")


def _table(what: str, pairs: Iterable[tuple[K, V]]) -> dict[K, V]:
    rows: dict[K, V] = {}
    for key, value in pairs:
        if key in rows:
            raise Misregistered(f"{what} {key} is registered twice")
        rows[key] = value
    return rows


def _unique(what: str, names: Iterable[str]) -> None:
    _table(what, ((name, None) for name in names))
