"""The probes of every command of the socket."""

from tests.flow.matrix.meeting_probes import MEETING_PROBES
from tests.flow.matrix.socket_probes import SOCKET_PROBES as CORE_PROBES

SOCKET_PROBES = CORE_PROBES | MEETING_PROBES
"""(name, what it is about) -> probe."""
