"""The folder where workers leave their figures: private, bounded, and only the living count."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from server.metrics import places
from server.metrics.places import FILE_BYTES_MAX, Place
from storage.errors import NotReady

PARENT = 4_711
ROOT = Path(__file__).resolve().parents[4]
HOLD = """
import sys
from pathlib import Path
from server.metrics.places import Place
place = Place.take(Path(sys.argv[1]), {parent})
place.publish({text!r})
print(place.number, flush=True)
sys.stdin.read()
"""


def figures(number: int) -> str:
    return f'# TYPE huitang_sessions gauge\nhuitang_sessions{{worker="{number}"}} {number}.0\n'


def heard(place: Place) -> list[str]:
    """Sample lines of the siblings."""
    return [line for samples in place.others() for lines in samples.values() for line in lines]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run" / "metrics"


@contextmanager
def elsewhere(folder: Path, parent: int = PARENT) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A worker in a process of its own, and its place."""
    script = HOLD.format(parent=parent, text=figures(8))
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], cwd=ROOT, stdin=pipe, stdout=pipe, text=True
    )
    try:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            assert stream is not None
            stream.close()


def test_siblings_hear_each_other_and_not_themselves(folder: Path) -> None:
    first, second = Place.take(folder, PARENT), Place.take(folder, PARENT)
    assert (first.number, second.number) == (0, 1)
    assert heard(first) == []
    first.publish(figures(0))
    second.publish(figures(1))
    assert heard(first) == ['huitang_sessions{worker="1"} 1.0\n']
    assert heard(second) == ['huitang_sessions{worker="0"} 0.0\n']
    second.leave()
    assert heard(first) == []
    assert not (folder / "1.prom").exists()
    first.leave()


def test_files_are_for_their_user_only(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)
    place = Place.take(folder, PARENT)
    place.publish(figures(0))
    place.publish(figures(0))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()} == {
        "0.prom": 0o600,
        "0.lock": 0o600,
    }
    place.leave()


def test_what_a_killed_worker_left_is_removed_and_its_place_taken_again(folder: Path) -> None:
    own = Place.take(folder, PARENT)
    with elsewhere(folder) as (process, number):
        assert heard(own) == ['huitang_sessions{worker="8"} 8.0\n']
        process.kill()
        process.wait()
        assert (folder / f"{number}.prom").exists()
        assert heard(own) == []
        assert not (folder / f"{number}.prom").exists()
    successor = Place.take(folder, PARENT)
    assert successor.number == number == 1
    successor.leave()
    own.leave()


def test_a_successor_does_not_show_what_the_dead_left(folder: Path) -> None:
    own = Place.take(folder, PARENT)
    with elsewhere(folder) as (process, _number):
        process.kill()
        process.wait()
    successor = Place.take(folder, PARENT)
    assert heard(own) == []
    successor.leave()
    own.leave()


def test_workers_of_another_parent_are_left_alone(folder: Path) -> None:
    own = Place.take(folder, PARENT)
    with elsewhere(folder, parent=PARENT + 1) as (_process, number):
        assert heard(own) == []
        assert (folder / f"{number}.prom").exists()
    own.leave()


@pytest.mark.parametrize(
    "content",
    [
        f"# workers of {PARENT}\nhuitang_sessions 1; rm\n".encode(),
        f"# workers of {PARENT}\n".encode() + b"\xff\xfe\n",
        f"# workers of {PARENT}\n".encode() + b"# TYPE huitang_sessions gauge\n" * (FILE_BYTES_MAX // 28),
    ],
    ids=["no figures", "no text", "too large"],
)
def test_a_damaged_file_is_left_out_with_one_line(folder: Path, content: bytes) -> None:
    own, second, third = (Place.take(folder, PARENT) for _ in range(3))
    third.publish(figures(2))
    (folder / "1.prom").write_bytes(content)
    with capture_logs() as logged:
        assert heard(own) == heard(own) == ['huitang_sessions{worker="2"} 2.0\n']
    assert [(entry["place"], entry["log_level"]) for entry in logged] == [("1", "warning")]
    second.publish(figures(1))
    assert len(heard(own)) == 2
    for place in (own, second, third):
        place.leave()


def test_a_link_is_not_followed(folder: Path, tmp_path: Path) -> None:
    own, second = Place.take(folder, PARENT), Place.take(folder, PARENT)
    target = tmp_path / "target"
    target.write_text(f"# workers of {PARENT}\n{figures(5)}")
    (folder / "1.prom").symlink_to(target)
    assert own.others() == []
    (folder / "0.draft").symlink_to(target)
    with pytest.raises(OSError, match="symbolic"):
        own.publish("")
    assert "workers" in target.read_text()
    second.leave()
    own.leave()


def test_a_folder_that_is_none_ends_the_start_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("")
    with pytest.raises(NotReady, match="metrics"):
        Place.take(tmp_path / "run" / "metrics", PARENT)


def test_places_are_bounded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "PLACES_MAX", 2)
    taken = [Place.take(folder, PARENT), Place.take(folder, PARENT)]
    with pytest.raises(NotReady, match="2 workers"):
        Place.take(folder, PARENT)
    for place in taken:
        place.leave()
