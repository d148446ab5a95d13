"""How much a compressed thing from outside may become, and gzip read within that bound.

A few kilobytes can inflate to gigabytes. So whoever inflates says how much of it the purpose needs, reads it
as a stream, and stops at the bound: a request at its limit in bytes, a file at `inflated_max`.
"""

import zlib
from collections.abc import Iterator

CHUNK_BYTES = 64 * 1024
_ALWAYS = 16 * 1024 * 1024
_RATIO_MAX = 100
"""Several times what sales, catalogues and histories shrink to (4 to 20): their ids, codes and sums hardly
repeat."""


class TooMuch(Exception):
    """It inflates to more than its purpose needs."""


class NotWhole(Exception):
    """It is not gzip, is damaged, or ends too early."""


def inflated_max(packed_bytes: int) -> int:
    """How many bytes a file of this size may inflate to."""
    return _ALWAYS + _RATIO_MAX * packed_bytes


def gunzip(packed: bytes, bytes_max: int) -> Iterator[bytes]:
    """The content of one gzip member in pieces, none larger than `CHUNK_BYTES`.

    Raises TooMuch as soon as there are more than `bytes_max`, and NotWhole.
    """
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    pieces = (packed[start : start + CHUNK_BYTES] for start in range(0, len(packed), CHUNK_BYTES))
    rest, total = b"", 0
    while not inflater.eof:
        # In pieces: what is left of a whole file would be copied again for each one that comes out.
        rest = rest or next(pieces, b"")
        try:
            piece = inflater.decompress(rest, CHUNK_BYTES)
        except zlib.error as error:
            raise NotWhole from error
        total += len(piece)
        if total > bytes_max:
            raise TooMuch
        if piece:
            yield piece
        elif not rest:
            raise NotWhole
        rest = inflater.unconsumed_tail
