"""What the hot path adds to the hub: dying transports, counters, and readers with frames of their own in the same turn."""

from tests.unit.channels.core.stage import Stage, entry

T = "talk:hall"


def test_a_closing_transport_costs_the_others_nothing() -> None:
    stage = Stage()
    ports = [stage.reader(T)[1] for _ in range(5)]
    ports[1].closing = ports[3].closing = True
    stage.say(T, 1)
    stage.turn()
    assert [port.numbers for port in ports] == [[1], [], [1], [], [1]]


def test_a_closing_transport_among_answers_costs_the_others_nothing() -> None:
    stage = Stage()
    pairs = [stage.reader() for _ in range(3)]
    pairs[0][1].closing = True
    for link, _ in pairs:
        stage.hub.send(link, entry(7).frame)
    stage.turn()
    assert [port.numbers for _, port in pairs] == [[], [7], [7]]


def test_own_frames_and_news_of_one_turn_share_a_write() -> None:
    stage = Stage()
    (link, port), (_, other) = stage.reader(T), stage.reader(T)
    stage.hub.send(link, entry(50).frame)
    stage.say(T, 1, 2)
    stage.turn()
    assert (len(port.writes), port.numbers) == (1, [50, 1, 2])
    assert (len(other.writes), other.numbers) == (1, [1, 2])


def test_what_is_counted_is_what_was_written() -> None:
    stage = Stage()
    ports = [stage.reader(T)[1] for _ in range(3)]
    stage.say(T, 1, 2)
    stage.turn()
    stage.hub.publish_live(T, entry(0).frame)
    stage.turn()
    counts = stage.counts
    assert counts.deliveries == 3 * 3
    assert counts.writes == sum(len(port.writes) for port in ports) == 6
    assert counts.written_bytes == sum(len(data) for port in ports for data in port.writes)
    assert sum(counts.lag_ms.counts) == counts.deliveries


def test_a_turn_without_readers_counts_nothing() -> None:
    stage = Stage()
    link, _ = stage.reader(T)
    stage.say(T, 1)
    stage.hub.detach(link, T)
    stage.turn()
    assert (stage.counts.deliveries, stage.counts.writes) == (0, 0)


def test_long_events_are_packed_once_for_those_who_understand_it() -> None:
    stage = Stage()
    (_, plain), (link, packed), (_, also) = (stage.reader(T) for _ in range(3))
    for reader in (packed, also):
        reader.packs = True
    link.packs = True
    stage.hub.deliver(T, [entry(1, 5_000), entry(2)])
    stage.turn()
    assert plain.writes == [entry(1, 5_000).frame + entry(2).frame]
    assert len(packed.writes[0]) < 200
    assert also.writes[0] is plain.writes[0], "asked once, when the reader came"
    assert stage.counts.saved_bytes == len(plain.writes[0]) - len(packed.writes[0])
