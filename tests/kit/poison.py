"""Bad input on purpose: the corpus of values that broke servers before, samples of our own models, and a mutator.

Sources: BSON and JSON behaviour as measured in the notes of the project (NaN, lone surrogates, integers beyond 64 bits, nesting,
duplicate keys, keys with NUL or `$`), the OWASP lists, and advisories of chat servers.
"""

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import orjson

from channels.protocol.base import WireModel

NESTED = 3_000

VALUES: tuple[str, ...] = (
    # numbers
    "NaN", "Infinity", "-Infinity", "1e999", "-0", "-0.0", "0", "-1", "1.5", "1e2", "9007199254740993", "2147483648",
    "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1180591620717411303424", "1" * 4_000, "0x10", "01",
    # other types
    "true", "false", "null", '"1"', '"true"', "[]", "{}", "[null]", "[[]]", '[""]', "[{}]",
    # texts
    '""', '" "', '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"\\udc00\\ud800"', '"\\u202e\\u2066\\u2069"', '"\\u200b\\u200d\\ufeff"',
    '"\\ufffe\\uffff"', '"e' + "\\u0301" * 900 + '"', '"' + "x" * 65_536 + '"', '"' + "好" * 4_000 + '"',
    '"🏴󠁧󠁢󠁥󠁮󠁧󠁿🏳️‍🌈👩‍👩‍👧"', '"\\r\\nSet-Cookie: a=b"',
    '"../../etc/passwd"', '"C:\\\\con"', '"%s%n%x"', '"{0.__class__}{zh}{field}"', '"<script>alert(1)</script>"', '"\'; DROP TABLE x;--"',
    '"$where"', '"(a+)+$"', '"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"', '"=cmd|calc!A1"', '"0000-00-00"', '"9999-12-31"', '"+86"', '"@"',
    '"00000000-0000-0000-0000-000000000000"', '"ffffffff-ffff-ffff-ffff-ffffffffffff"', '"FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF"',
    # operators and keys
    '{"$ne":null}', '{"$gt":""}', '{"$where":"sleep(1)"}', '{"$regex":".*"}', '["$where"]', '{"":1}', '{"\\u0000":1}', '{"a.b":1}',
    '{"__proto__":{"x":1}}', '{"a":1,"a":2}', '{"\\ud800":1}', '{"_id":"x"}', '{"1":"new","999999":"skip"}',
    # depth
    "[" * NESTED + "]" * NESTED, '{"a":' * NESTED + "1" + "}" * NESTED, "[" * NESTED,
)  # fmt: skip
"""Values as JSON text, sound and unsound."""

BODIES: tuple[bytes, ...] = (
    b"", b" ", b"null", b"true", b"1", b'"x"', b"[]", b"[{}]", b"{}", b"{", b"}", b'{"a"', b'{"a":', b'{"a":1,}', b"{'a':1}", b"{a:1}",
    b"\x00", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}", b"\xed\xa0\x80", b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\xc0\xaf"}',
    "{}".encode("utf-16"), "{}".encode("utf-32"), b"{}{}", b"{}\n{}", b"{}garbage", b"/* */{}", b"NaN", b"[" * 100_000,
    b"[" * NESTED + b"]" * NESTED, b'{"a":' * NESTED, b'"' + b"\\" * 9_999, b"1" * 10_000, b'{"$where":"1"}', b'{"__class__":"x"}',
)  # fmt: skip
"""Whole bodies."""

TEXTS: tuple[str, ...] = (
    "", "%00", "%0d%0aX-Y:%20z", "%ff", "%ed%a0%80", "..%2f..%2fetc", "%252e", "a" * 3_000, "%F0%9F%8F%B4", "$where", "[$ne]=1", "NaN",
    "1e999", "-1", "99999999999999999999", "null", "true", "%E2%80%AE", "'%22%3Cx%3E", "{0}", "01900000-0000-7000-8000-000000000000",
    "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
)  # fmt: skip
"""Parts of an address, percent-encoded."""


def sample(model: type[WireModel], given: Mapping[str, Any]) -> dict[str, Any]:
    """A body that fits a model: `given` where a field of that name is there, else the smallest value its schema allows."""
    schema = model.model_json_schema()
    return {
        name: given.get(name, smallest(field, schema))
        for name, field in schema.get("properties", {}).items()
        if name in given or name in schema.get("required", ())
    }


def smallest(schema: Mapping[str, Any], whole: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a JSON value
    """The smallest value of a schema."""
    if "$ref" in schema:
        return smallest(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return smallest(schema["anyOf"][0], whole)
    match schema.get("type"):
        case "string":
            return "x" * max(schema.get("minLength", 0), 4)
        case "integer":
            return schema.get("minimum", 0)
        case "boolean":
            return True
        case "array":
            return [smallest(schema["items"], whole)] * schema.get("minItems", 0)
        case "object":
            required = schema.get("required", ())
            return {
                name: smallest(field, whole)
                for name, field in schema.get("properties", {}).items()
                if name in required
            }
        case _:
            return None


def poisoned(good: Mapping[str, Any]) -> Iterator[bytes]:
    """A sound body, spoilt in one place at a time: every field with every value, more keys, keys twice, keys gone."""
    for name in good:
        for value in fitting(good[name]):
            yield with_value(good, name, value)
        yield orjson.dumps({key: value for key, value in good.items() if key != name})
        yield orjson.dumps(dict(good))[:-1] + b"," + orjson.dumps({name: good[name]})[1:]
    for key in ("role", "_id", "$where", "\u0000", "__proto__", "好", "a" * 300):
        yield orjson.dumps({**good, key: 1})
    yield from BODIES


def fitting(value: Any) -> Iterator[str]:  # noqa: ANN401 - a JSON value
    """Poison for a field: all that looks like its type, and some of what does not (strict models refuse that alike)."""
    texts = [poison for poison in VALUES if poison.startswith('"')]
    rest = [poison for poison in VALUES if not poison.startswith('"')]
    match value:
        case str():
            yield from texts
            yield from rest[::5]
        case int():
            yield from rest
            yield from texts[::9]
        case _:
            yield from rest
            yield from texts[::5]


def with_value(good: Mapping[str, Any], name: str, value: str) -> bytes:
    """The body with one field replaced by JSON text, whatever it is."""
    fields = [
        f"{orjson.dumps(key).decode()}:{value if key == name else orjson.dumps(good[key]).decode()}"
        for key in good
    ]
    return f"{{{','.join(fields)}}}".encode(errors="surrogatepass")


# -- chance ------------------------------------------------------------------------------------------------------------


def mutated(good: bytes, chance: random.Random) -> bytes:
    """A sound body, changed in some places at once; about half of the results are still JSON."""
    if chance.random() < 0.5:
        try:
            return _changed_value(orjson.loads(good), chance)
        except orjson.JSONDecodeError:
            pass
    spoilt = bytearray(good)
    for _ in range(chance.randint(1, 4)):
        chance.choice(CHANGES)(spoilt, chance)
    return bytes(spoilt)


def _changed_value(value: Any, chance: random.Random) -> bytes:  # noqa: ANN401 - a JSON value
    if not isinstance(value, dict) or not value:
        return chance.choice(VALUES).encode(errors="surrogatepass")
    name = chance.choice(list(value))
    inner = value[name]
    if isinstance(inner, dict) and chance.random() < 0.5:
        return with_value(value, name, _changed_value(inner, chance).decode(errors="surrogatepass"))
    if isinstance(inner, str) and inner and chance.random() < 0.4:
        place = chance.randrange(len(inner))
        other = chr(chance.choice((0, 9, 0x2E, 0x24, 0x7F, 0x300, 0x202E, 0xFEFF, 0x1F600)))
        return orjson.dumps({**value, name: inner[:place] + other + inner[place + 1 :]})
    return with_value(value, name, chance.choice(VALUES))


def _flip(raw: bytearray, chance: random.Random) -> None:
    if raw:
        raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)


def _insert(raw: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(raw) + 1)
    raw[place:place] = chance.randbytes(chance.randint(1, 8))


def _cut(raw: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(raw) + 1)
    del raw[start : start + chance.randint(1, 20)]


def _repeat(raw: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(raw) + 1)
    piece = raw[start : start + chance.randint(1, 40)]
    raw[start:start] = piece * chance.randint(1, 20)


def _spoil(raw: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(raw) + 1)
    raw[place:place] = chance.choice(VALUES).encode(errors="surrogatepass")[:2_000]


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (_flip, _insert, _cut, _repeat, _spoil)
