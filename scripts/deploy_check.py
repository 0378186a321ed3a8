"""`make deploy-check`: what deploy/ says, held against the programs it is for: nginx, Caddy, systemd-analyze, shellcheck.

Not part of `make test`, because an installation from source needs none of them. No service of theirs is left running by us: the
tests start their own.
"""

import sys

from programs import check_with

PROGRAMS = {
    "nginx": "nginx-light",
    "caddy": "caddy",
    "systemd-analyze": "systemd",
    "shellcheck": "shellcheck",
}

if __name__ == "__main__":
    sys.exit(check_with(PROGRAMS, "tests/deploy"))
