"""What the generator says to each server, and what happens where there is no compiler."""

from pathlib import Path

import orjson
import pytest

from load_tests.peers.dialects import OURS, PLAIN, SENT, SOCKETIO, Publisher, dialect
from load_tests.peers.table import PEERS, PeerFault, compiled
from load_tests.scenarios.many_topics import ManyTopics
from load_tests.scenarios.peers import Peers

TEMPLATE = {"type": "chat.sent", "topic": "chat:x", "seq": 7, "text": "你好"}


def test_plain_servers_get_a_frame_of_ours_with_another_text() -> None:
    raw = Publisher(PLAIN, TEMPLATE).message("再见", "c", 1)
    assert orjson.loads(raw) == {**TEMPLATE, "text": "再见"}
    assert raw.startswith(dialect(PLAIN).mark)


def test_ours_gets_a_command_and_is_counted_by_what_comes_back() -> None:
    raw = Publisher(OURS, TEMPLATE, "room").message("再见", "c", 1)
    assert orjson.loads(raw) == {"type": "chat.send", "ref": 11, "room": "room", "cid": "c", "text": "再见"}
    assert not raw.startswith(SENT)
    assert dialect(OURS).mark == SENT


def test_socketio_carries_the_same_frame_in_its_own_envelope() -> None:
    raw = Publisher(SOCKETIO, TEMPLATE).message("再见", "c", 1)
    assert orjson.loads(raw.removeprefix(b"42")) == ["say", {**TEMPLATE, "text": "再见"}]
    assert dialect(SOCKETIO).answers == {b"2": b"3"}


def test_no_compiler_is_said_plainly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(PeerFault, match="no C compiler"):
        compiled(tmp_path)


def test_the_yardstick_is_never_left_out() -> None:
    assert [peer.name for peer in Peers(only="websockets").others] == ["websockets"]
    assert len(Peers().others) == len(PEERS) - 1
    with pytest.raises(ValueError, match="unknown peer"):
        Peers(only="nobody")


@pytest.mark.parametrize(("rooms", "senders"), [(100, 64), (100, 50), (20, 16), (2, 1), (10, 30)])
def test_senders_cover_all_rooms(rooms: int, senders: int) -> None:
    options = ManyTopics(rooms=rooms, senders=senders)
    covered = {(place + step) % rooms for place in options.places for step in (0, 1)}
    assert len(options.places) == senders
    assert len(covered) == rooms
