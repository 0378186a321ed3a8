"""Pictures of pages that survive another machine: kept small, compared by blocks. Imported by the browser tests.

Letters are drawn with other edges by another version of Chromium, FreeType or their settings, but at the same places as long as the
fonts are the same. So both pictures are averaged over blocks of 8 px, wider than any edge, and a block counts as different when one
of its colours has moved by more than `STEP` of 255. A token that changes by less than that is not seen here.
"""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops
from typing_extensions import override

COLOURS = 64
"""Enough for flat pages; the pictures in them lose nothing one would look for."""
BLOCK_PX = 8
STEP = 24
SHARE = 0.002
"""Share of blocks that may differ."""
BLOCKS_FREE = 8
"""So many may differ on the smallest picture, too: one sign that comes from another font."""
SIZE_FREE_PX = 2


@dataclass(frozen=True, slots=True)
class Difference:
    """How a picture differs from the one that is kept.

    Attributes:
        sizes: Width and height as kept and as seen, when they are not alike.
        blocks: Blocks that differ.
        of: Blocks there are.
    """

    sizes: tuple[tuple[int, int], tuple[int, int]] | None
    blocks: int
    of: int

    @property
    def seen(self) -> bool:
        """It is more than another machine explains."""
        return self.sizes is not None or self.blocks > max(BLOCKS_FREE, self.of * SHARE)

    @override
    def __str__(self) -> str:
        if self.sizes is not None:
            return "{}x{} px became {}x{} px".format(*self.sizes[0], *self.sizes[1])
        return f"{self.blocks} of {self.of} blocks differ"


def small(png: bytes) -> Image.Image:
    """A picture with few colours, as it is kept."""
    return Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)


def keep(png: bytes, path: Path) -> None:
    """Write a picture down."""
    path.parent.mkdir(parents=True, exist_ok=True)
    small(png).save(path, optimize=True)


def difference(kept: Path, png: bytes) -> Difference:
    """Compare a picture with the kept one."""
    with Image.open(kept) as opened:
        before = opened.convert("RGB")
    after = small(png).convert("RGB")
    if any(abs(a - b) > SIZE_FREE_PX for a, b in zip(before.size, after.size, strict=True)):
        return Difference((before.size, after.size), 0, 0)
    box = (0, 0, min(before.width, after.width), min(before.height, after.height))
    moved = ImageChops.difference(before.crop(box).reduce(BLOCK_PX), after.crop(box).reduce(BLOCK_PX))
    red, green, blue = moved.split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return Difference(None, sum(most.histogram()[STEP + 1 :]), most.width * most.height)
