"""How a peer says where it listens: a socket of ours with a free port, printed as the first line."""

import asyncio
import signal
import socket

from load_tests.limits import raise_file_limit

HOST = "127.0.0.1"
BACKLOG = 4_096


def listening() -> socket.socket:
    """A listening socket on a free port; the port is on standard output, and the limit of open files as high as it goes."""
    raise_file_limit()
    listener = socket.create_server((HOST, 0), backlog=BACKLOG)
    print(listener.getsockname()[1], flush=True)
    return listener


async def until_told() -> None:
    """Wait for SIGTERM."""
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await told.wait()
