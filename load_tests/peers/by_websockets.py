"""Peer: `websockets`, its `broadcast()`, on uvloop. Run as a program."""

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve

from load_tests.peers.listening import listening, until_told


async def main() -> None:
    """Whatever one says goes to all."""
    everybody = set[ServerConnection]()

    async def hear(one: ServerConnection) -> None:
        everybody.add(one)
        try:
            async for message in one:
                broadcast(everybody, message)
        finally:
            everybody.discard(one)

    async with serve(hear, sock=listening(), compression=None, ping_interval=None):
        await until_told()


if __name__ == "__main__":
    uvloop.run(main())
