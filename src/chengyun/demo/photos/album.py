"""The album of the demo: a few dozen drawn pictures, stamped 「模拟图片」, shared by many cases."""

import functools
import glob
import io
import zlib
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont, ImageOps

from chengyun.demo.photos.canvas import HEIGHT, WIDTH, Canvas, jpeg
from chengyun.demo.photos.scenes import KINDS, Kind

VARIANTS = 2
STRIP = 44
NEARER = 0.38
FONTS = (
    "/usr/share/fonts/**/NotoSansCJK-Regular.*",
    "/usr/share/fonts/**/*CJK*Regular*",
    "/usr/share/fonts/**/wqy*",
    "/usr/share/fonts/**/DroidSansFallback*",
    "/System/Library/Fonts/PingFang.ttc",
    "/System/Library/Fonts/STHeiti*",
)

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True, kw_only=True)
class Photo:
    """One picture of the album; ``fixed`` shows the same place after the work."""

    kind: str
    variant: int
    fixed: bool
    content: bytes


@functools.cache
def font() -> tuple[Font, bool]:
    """A font for the strip, and whether it knows Chinese."""
    for pattern in FONTS:
        for path in sorted(glob.glob(pattern, recursive=True)):
            return ImageFont.truetype(path, 24), True
    return ImageFont.load_default(24), False


def stamped(picture: Image.Image, words: str, plain: str) -> Image.Image:
    """The picture with a strip below it; ``plain`` is used where no Chinese font is installed."""
    letters, chinese = font()
    whole = Image.new("RGB", (WIDTH, HEIGHT), (24, 28, 31))
    whole.paste(picture.crop((0, 0, WIDTH, HEIGHT - STRIP)))
    ImageDraw.Draw(whole).text(
        (18, HEIGHT - STRIP + 7), words if chinese else plain, (236, 238, 238), letters
    )
    return whole


def scene(kind: Kind, variant: int, fixed: bool) -> Image.Image:
    """The picture without its strip. Before and after share the seed, so that the place is the same."""
    seed = zlib.crc32(f"{kind.key}/{variant}".encode())
    horizon, centre = 280 + seed % 50, 450 + seed // 50 % 130
    canvas = Canvas(seed, kind.light(variant), horizon=horizon, centre=centre)
    kind.draw(canvas, fixed)
    picture = canvas.picture()
    return ImageOps.mirror(picture) if variant % 2 else picture


def photo(kind: Kind, variant: int, fixed: bool) -> Photo:
    state = "处置后" if fixed else "处置前"
    words = f"模拟图片 · {kind.name} · {state}"
    plain = f"SIMULATED  {kind.key}-{variant}{'-after' if fixed else ''}"
    content = jpeg(stamped(scene(kind, variant, fixed), words, plain))
    return Photo(kind=kind.key, variant=variant, fixed=fixed, content=content)


def closer(content: bytes) -> bytes:
    """The place of a picture once more, from a few steps nearer."""
    with Image.open(io.BytesIO(content)) as picture:
        wide, high = int(WIDTH * NEARER / 2), int((HEIGHT - STRIP) * NEARER / 2)
        near = picture.crop((wide, high, WIDTH - wide, HEIGHT - STRIP - high))
    return jpeg(stamped(near.resize((WIDTH, HEIGHT)), "模拟图片 · 再次拍摄", "SIMULATED  again"))


def album() -> tuple[Photo, ...]:
    """Every kind in every variant, before and after."""
    return tuple(
        photo(kind, variant, fixed)
        for kind in KINDS
        for variant in range(VARIANTS)
        for fixed in (False, True)
    )
