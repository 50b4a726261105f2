"""Fingerprints of pictures: the same photo is recognised after it was made smaller or saved again.

The fingerprint is the difference hash: the picture is shrunk to 9 by 8 greys and each of the 64 bits says whether a
grey is brighter than the one at its right.
"""

import numpy as np
from numpy.typing import ArrayLike

WIDTH, HEIGHT = 9, 8
AT_MOST = 6
LEAST = 8


def fingerprint(greys: ArrayLike) -> int:
    """Give the fingerprint of a shrunken picture.

    Parameters
    ----------
    greys
        Brightness, an array of ``HEIGHT`` rows of ``WIDTH`` values.

    Returns
    -------
    int
        Signed, 64 bits.  0 for a picture without enough in it to be told from others.

    Raises
    ------
    ValueError
        The array has another shape.
    """
    values = np.asarray(greys, dtype=np.int64)
    if values.shape != (HEIGHT, WIDTH):
        raise ValueError(f"fingerprint wants {HEIGHT} rows of {WIDTH} greys, not {values.shape}")
    bits = values[:, :-1] > values[:, 1:]
    if not LEAST <= int(bits.sum()) <= bits.size - LEAST:
        return 0
    return int.from_bytes(np.packbits(bits.ravel()).tobytes(), "big", signed=True)


def alike(one: int, other: int) -> bool:
    """Say whether two fingerprints are of one picture: at most ``AT_MOST`` bits differ and neither is 0."""
    if not one or not other:
        return False
    return ((one ^ other) & (1 << 64) - 1).bit_count() <= AT_MOST
