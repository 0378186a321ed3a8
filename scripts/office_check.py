"""`make office-check`: files of a meeting, opened by LibreOffice and compared with the meeting.

Not part of `make test`, because LibreOffice is a large program that an installation does not need.
"""

import sys

from programs import check_with

PROGRAMS = {"soffice": "libreoffice-writer libreoffice-calc"}

if __name__ == "__main__":
    sys.exit(check_with(PROGRAMS, "tests/office"))
