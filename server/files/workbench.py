"""A child process in which strangers' files are opened: started for one file, limited by the kernel, gone afterwards.

It is run as a script of its own (`python -I workbench.py <task> <folder>`) and imports nothing of ours: even a decoder that is
taken over finds no database, no key and no socket here. Reads `source` in the folder, writes `full.webp` and `thumbnail.webp`
there, prints one line of JSON: `{"ok": true, …}` or `{"ok": false, "fault": word}`.

Tasks:
* `image:<FORMATS>`: check the pixel count before decoding, decode with the named decoders only, turn upright, shrink, encode
  as WebP without any metadata, make a thumbnail;
* `office:<extension>`: read an OOXML or ODF package to its end without keeping it: damaged, with macros, or a bomb?

Sources: ASVS 5.0 5.2.3 and 5.2.6; Mattermost CVE-2026-3114, CVE-2026-26246. Imported by server.files (constants) and tests.
"""

import ctypes
import io
import json
import os
import resource
import signal
import sys
import zipfile
from pathlib import Path
from typing import Any

PIXELS_MAX = (
    40_000_000  # 40 megapixels, decoded 160 MB; telephones make 12 to 48, the largest of those are refused
)
SIDE_MAX = 3_000  # longest side of what is kept; sharp on every screen and as an A4 print
THUMBNAIL_MAX = 480
ANIMATION_FRAMES_MAX = 150
ANIMATION_SIDE_MAX = 800
ANIMATION_PIXELS_MAX = 60_000_000  # all frames together

MEMORY_BYTES = 1_500 * 1024 * 1024  # decoded picture, upright copy, encoder: about 500 MB at 40 megapixels
CPU_S = 20
WRITE_BYTES = 32 * 1024 * 1024

INFLATED_MAX_BYTES = 200 * 1024 * 1024  # ten times the largest upload; real documents stay below five times
ENTRIES_MAX = 5_000
RATIO_MAX = 200  # of one entry over 1 MiB; text compresses 10 to 50 times
READ_BYTES = 1024 * 1024

MAIN_PARTS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "pptx": "ppt/presentation.xml"}
ODT = b"application/vnd.oasis.opendocument.text"


class Fault(Exception):
    """Why the file is not taken: `broken`, `too_large` or `refused`."""


def limit_ourselves() -> None:
    """Bound memory, time and output of this process; die with the parent; no core dump with a stranger's picture."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITE_BYTES, WRITE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS
    os.nice(10)


# -- pictures ------------------------------------------------------------------------------------------------------------


def remake(folder: Path, formats: tuple[str, ...]) -> dict[str, Any]:
    """Make a picture anew.

    Returns:
        width, height of what is kept.

    Raises:
        Fault: `broken` or `too_large`.
    """
    from PIL import Image, ImageSequence

    if "HEIF" in formats:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # the check below is stricter, and comes before decoding
    with Image.open(folder / "source", formats=formats) as image:
        frames_count = getattr(image, "n_frames", 1)
        if image.width * image.height > PIXELS_MAX:
            raise Fault("too_large")
        if frames_count > 1 and image.format in ("GIF", "WEBP", "PNG"):
            if image.width * image.height * frames_count > ANIMATION_PIXELS_MAX:
                raise Fault("too_large")
            if frames_count <= ANIMATION_FRAMES_MAX:
                return _keep_animation(folder, image, ImageSequence)
        image.draft("RGB", (SIDE_MAX, SIDE_MAX))  # JPEG decodes to half or quarter size by itself
        return _keep_still(folder, image)


def _keep_still(folder: Path, image: Any) -> dict[str, Any]:  # noqa: ANN401 - a picture of PIL, imported late
    picture = _plain(_upright(image))
    picture.thumbnail((SIDE_MAX, SIDE_MAX))
    _save(folder / "full.webp", picture, quality=82)
    kept = {"width": picture.width, "height": picture.height}
    picture.thumbnail((THUMBNAIL_MAX, THUMBNAIL_MAX))
    _save(folder / "thumbnail.webp", picture, quality=75)
    return kept


def _keep_animation(folder: Path, image: Any, sequence: Any) -> dict[str, Any]:  # noqa: ANN401
    frames, durations = [], []
    for frame in sequence.Iterator(image):
        durations.append(max(20, int(frame.info.get("duration", 100))))
        picture = frame.convert("RGBA")
        picture.thumbnail((ANIMATION_SIDE_MAX, ANIMATION_SIDE_MAX))
        picture.info.clear()
        frames.append(picture)
    first = frames[0]
    moving = {"save_all": True, "append_images": frames[1:], "duration": durations, "loop": 0}
    _save(folder / "full.webp", first, quality=70, method=0, **moving)
    kept = {"width": first.width, "height": first.height}
    still = first.copy()
    still.thumbnail((THUMBNAIL_MAX, THUMBNAIL_MAX))
    _save(folder / "thumbnail.webp", still, quality=75)
    return kept


def _upright(image: Any) -> Any:  # noqa: ANN401
    """The picture as the camera was held; its colours in sRGB."""
    from PIL import ImageCms, ImageOps

    profile = image.info.get("icc_profile")
    upright: Any = ImageOps.exif_transpose(image)
    if profile and upright.mode in ("RGB", "RGBA", "L", "CMYK"):
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGBA" if upright.mode == "RGBA" else "RGB"
            upright = ImageCms.profileToProfile(
                upright, source, ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError):
            return upright  # a damaged profile is no reason to lose the picture
    return upright


def _plain(image: Any) -> Any:  # noqa: ANN401
    """The pixels alone: RGB, or RGBA where something shows through; nothing else that came with the file."""
    shows_through = image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info
    picture = image.convert("RGBA" if shows_through else "RGB")
    picture.info.clear()
    return picture


def _save(path: Path, picture: Any, **options: Any) -> None:  # noqa: ANN401
    options = {"method": 4} | options
    picture.save(path, "WEBP", exif=b"", xmp=b"", icc_profile=b"", **options)


# -- office packages -----------------------------------------------------------------------------------------------------


def examine(folder: Path, extension: str) -> dict[str, Any]:
    """Read a package to its end.

    Raises:
        Fault: `broken`, `refused` (not such a document, or macros), `too_large`.
    """
    with zipfile.ZipFile(folder / "source") as package:
        entries = package.infolist()
        if len(entries) > ENTRIES_MAX:
            raise Fault("too_large")
        names = {entry.filename for entry in entries}
        if len(names) != len(entries):
            raise Fault("refused")  # two entries of one name: readers disagree about which one counts
        _check_document(package, extension, names)
        _check_inflated(package, entries)
    return {}


def _check_document(package: zipfile.ZipFile, extension: str, names: set[str]) -> None:
    lower = {name.lower() for name in names}
    if any(name.endswith(("vbaproject.bin", ".exe", ".dll", ".js", ".vbs")) for name in lower):
        raise Fault("refused")
    if extension == "odt":
        if "mimetype" not in names or package.open("mimetype").read(len(ODT) + 1) != ODT:
            raise Fault("refused")
    elif not {"[Content_Types].xml", MAIN_PARTS[extension]} <= names:
        raise Fault("refused")


def _check_inflated(package: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Inflate everything and count: what the directory of the package says about sizes may be a lie."""
    total_bytes = 0
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Fault("refused")  # encrypted: nobody can look inside
        size_bytes = 0
        with package.open(entry) as content:
            while piece := content.read(READ_BYTES):
                size_bytes += len(piece)
                total_bytes += len(piece)
                bomb = size_bytes > READ_BYTES and size_bytes > RATIO_MAX * max(1, entry.compress_size)
                if bomb or total_bytes > INFLATED_MAX_BYTES:
                    raise Fault("too_large")


# -- the process ---------------------------------------------------------------------------------------------------------


def work(task: str, folder: Path) -> dict[str, Any]:
    """Do one task; every way a hostile file can make a decoder fail becomes a word."""
    what, _, argument = task.partition(":")
    try:
        if what == "image":
            return {"ok": True} | remake(folder, tuple(argument.split(",")))
        return {"ok": True} | examine(folder, argument)
    except Fault as fault:
        return {"ok": False, "fault": str(fault)}
    except MemoryError:
        return {"ok": False, "fault": "too_large"}
    except Exception:  # whatever a decoder raises on broken input, the answer is the same
        return {"ok": False, "fault": "broken"}


if __name__ == "__main__":
    limit_ourselves()
    sys.stdout.write(json.dumps(work(sys.argv[1], Path(sys.argv[2]))) + "\n")
