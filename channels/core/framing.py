"""RFC 6455 section 5.2: the frame around a server's text message, built once for all readers. Pure.

Server frames are never masked (section 5.1), so the same bytes serve every subscriber, and no compression is applied here:
an uncompressed frame is legal on every connection.
"""

TEXT_FIN = 0x81  # FIN bit and opcode 1
SHORT_MAX = 125  # longest payload whose length fits the second byte
MEDIUM_MAX = 0xFFFF  # longest payload with a 16-bit length


def text_frame(payload: bytes) -> bytes:
    """One unfragmented, unmasked text frame around UTF-8 bytes."""
    size_bytes = len(payload)
    if size_bytes <= SHORT_MAX:
        return bytes((TEXT_FIN, size_bytes)) + payload
    if size_bytes <= MEDIUM_MAX:
        return b"\x81\x7e" + size_bytes.to_bytes(2, "big") + payload
    return b"\x81\x7f" + size_bytes.to_bytes(8, "big") + payload


def payload_of(frame: bytes) -> bytes:
    """The payload of a frame that `text_frame` built."""
    length = frame[1]
    return frame[2 if length <= SHORT_MAX else 4 if length == 0x7E else 10 :]
