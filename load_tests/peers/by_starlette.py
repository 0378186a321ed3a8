"""Peer: Starlette on uvicorn, the obvious way: `await send_text` to one after the other. Run as a program."""

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from load_tests.peers.listening import listening

everybody = dict[int, WebSocket]()


async def hear(one: WebSocket) -> None:
    """Whatever one says goes to all."""
    await one.accept()
    everybody[id(one)] = one
    try:
        while True:
            message = await one.receive_text()
            for other in list(everybody.values()):
                await other.send_text(message)
    except WebSocketDisconnect:
        pass
    finally:
        everybody.pop(id(one), None)


def main() -> None:
    """Serve with uvicorn's defaults, uvloop, and no compression."""
    app = Starlette(routes=[WebSocketRoute("/", hear)])
    config = uvicorn.Config(app, loop="uvloop", log_level="error", ws_per_message_deflate=False)
    uvicorn.Server(config).run(sockets=[listening()])


if __name__ == "__main__":
    main()
