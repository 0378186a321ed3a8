"""Open files of this program: every socket is one."""

import resource

SPARE = 200
"""Files besides sockets."""


def raise_file_limit() -> int:
    """Raise the limit to what the machine allows; returns it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def check_sockets(sockets: int) -> None:
    """Make sure that a program may hold so many sockets; the server is a program, too, and inherits the limit.

    Raises:
        SystemExit: It may not; the text says what to do.
    """
    limit = raise_file_limit()
    if limit < sockets + SPARE:
        raise SystemExit(
            f"打开文件上限为 {limit},{sockets:,} 个连接不够用:请用 ulimit -Hn 提高硬限制\n"
            f"at most {limit} open files, too few for {sockets:,} connections: raise the hard limit (ulimit -Hn)"
        )
