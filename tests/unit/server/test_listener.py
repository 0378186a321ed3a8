"""Sockets that the server accepts send small writes at once and keep little for readers that stopped."""

import socket

from server.config import Settings
from server.serving import SEND_BUFFER_BYTES, bind


def test_accepted_sockets_do_not_wait_for_acknowledgements() -> None:
    with bind(Settings(port=0, _env_file=None)) as listener:
        listener.setblocking(True)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_accepted_sockets_keep_little_for_a_reader_that_stopped() -> None:
    with bind(Settings(port=0, _env_file=None)) as listener:
        listener.setblocking(True)
        with socket.create_connection(listener.getsockname()), listener.accept()[0] as accepted:
            kept_bytes = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
    assert (
        kept_bytes == 2 * SEND_BUFFER_BYTES
    )  # Linux doubles what is asked for (socket(7)), and then it does not grow
