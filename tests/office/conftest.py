"""The branch of story S1, for the files it makes."""

from tests.flow.meeting.conftest import b42

__all__ = ["b42"]
