"""Order, subscribe, resume and replay over a real socket and a real log."""

from storage.client import Mongo
from tests.wire.client import calling
from tests.wire.house import serving


async def test_everybody_hears_everything_in_order(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as a, calling(house.url) as b:
        await a.hello("bearer-1")
        await b.hello("bearer-2")
        entered = await a.do("subscribe", topic="talk:hall")
        assert entered["head"] == 0
        assert entered["snapshot"] == {"count": 0}
        await b.do("subscribe", topic="talk:hall")
        for number in range(50):
            said = await (a, b)[number % 2].do("talk.say", room="hall", text=f"第{number}句")
            assert said["seq"] == number + 1
        for client in (a, b):
            heard = await client.until(50, "talk.said")
            assert [event["seq"] for event in heard] == list(range(1, 51))
            assert [event["text"] for event in heard] == [f"第{n}句" for n in range(50)]
