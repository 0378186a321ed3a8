"""What this process takes of the machine, read from the operating system. May be imported by server and tests."""

import resource

import psutil

from server.metrics.moment import MachineUse


def machine_use() -> MachineUse:
    """Look now. Reads some files of /proc: one of them has a line per open socket, so call it beside the event loop."""
    own = psutil.Process()
    with own.oneshot():
        times = own.cpu_times()
        return MachineUse(
            cpu_ms=int((times.user + times.system) * 1_000),
            resident_bytes=own.memory_info().rss,
            open_files=own.num_fds(),
            open_files_max=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            started_ms=int(own.create_time() * 1_000),
        )
