"""Private files are whole or not there."""

import stat
from pathlib import Path

import pytest

from storage.files import readable_by_others, write_private


def test_written_private_and_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    assert write_private(path, b"one", replace=False)
    assert not write_private(path, b"two", replace=False)
    assert path.read_bytes() == b"one"
    assert write_private(path, b"three", replace=True)
    assert path.read_bytes() == b"three"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not readable_by_others(path)
    path.chmod(0o644)
    assert readable_by_others(path)


def test_a_failed_write_leaves_the_old_content_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_private(path, b"one", replace=True)
    with pytest.raises(TypeError):
        write_private(path, "not bytes", replace=True)  # type: ignore[arg-type]  # the fault under test
    assert path.read_bytes() == b"one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]
