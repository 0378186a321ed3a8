"""Sockets that the server accepts send small writes at once."""

import socket

from server.config import Settings
from server.serving import bind


def test_accepted_sockets_do_not_wait_for_acknowledgements() -> None:
    with bind(Settings(port=0, _env_file=None)) as listener:
        listener.setblocking(True)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0
