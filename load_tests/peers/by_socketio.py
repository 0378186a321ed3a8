"""Peer: python-socketio on uvicorn, `emit` to everybody. Run as a program."""

import json

import socketio
import uvicorn

from load_tests.peers.listening import listening


class Codec:
    """JSON without escapes, so that its frames are no longer than the others'."""

    loads = staticmethod(json.loads)

    @staticmethod
    def dumps(value: object, **_options: object) -> str:
        """Compact text."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    """Whatever one says goes to all."""
    server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*", json=Codec)

    async def say(_sid: str, message: object) -> None:
        await server.emit("said", message)

    server.on("say", say)
    config = uvicorn.Config(
        socketio.ASGIApp(server), loop="uvloop", log_level="error", ws_per_message_deflate=False
    )
    uvicorn.Server(config).run(sockets=[listening()])


if __name__ == "__main__":
    main()
