"""A text file from outside, plain or .xz: read as a stream, and never more of it than its purpose needs.

A catalogue or a history is some tens of megabytes. An .xz file of 45 KB can hold gigabytes, and a file can be
one endless line; so the file, what it inflates to, the decoder's memory and each line are bounded, and what
is damaged or too much is refused in words.
"""

import io
import lzma
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from sync_agent.contract.inflation import CHUNK_BYTES, inflated_max

TEXT_BYTES_MAX = 1024 * 1024 * 1024
"""Of the text, whether it was packed or not."""
DECODER_BYTES_MAX = 128 * 1024 * 1024
"""What `xz -9` needs to unpack, twice."""
LINE_MAX = 100_000
"""Characters of a line: below what Python's CSV reader takes for a field."""


class UnreadableText(Exception):
    """The file cannot be read; the text says why, and follows the file's name."""


@contextmanager
def open_text(path: Path, *, encoding: str, errors: str) -> Iterator[TextIO]:
    """The file's text with its line ends as they are. Raises UnreadableText, also while it is read."""
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            if path.suffix == ".xz":
                source = _Bounded(_Unpacked(file), min(TEXT_BYTES_MAX, inflated_max(size)))
            else:
                source = _Bounded(file, TEXT_BYTES_MAX)
            yield _as_text(io.BufferedReader(source, CHUNK_BYTES), encoding, errors)
    except UnicodeError as error:
        raise UnreadableText(f"is not written in {encoding}.") from error
    except lzma.LZMAError as error:
        is_large = "emory" in str(error)
        why = "needs too much memory to be unpacked." if is_large else "is damaged: it cannot be unpacked."
        raise UnreadableText(why) from error
    except EOFError as error:
        raise UnreadableText("is damaged: it cannot be unpacked to its end.") from error
    except OSError as error:
        raise UnreadableText(f"cannot be read: {error.strerror or error}.") from error


def _as_text(file: io.BufferedReader, encoding: str, errors: str) -> TextIO:
    try:
        return io.TextIOWrapper(file, encoding=encoding, errors=errors, newline="")
    except LookupError as error:
        raise UnreadableText(f"cannot be read: there is no encoding “{encoding}”.") from error


class _Bounded(io.RawIOBase):
    """A stream that ends with UnreadableText where it is longer than `bytes_max`."""

    def __init__(self, source: "BinaryIO | _Unpacked", bytes_max: int) -> None:
        super().__init__()
        self._source = source
        self._left = bytes_max

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        piece = self._source.read(len(buffer))
        self._left -= len(piece)
        if self._left < 0:
            raise UnreadableText("is far larger than a list of articles or sales can be.")
        buffer[: len(piece)] = piece
        return len(piece)


class _Unpacked:
    """The content of an .xz file, which may have several streams with padding between them."""

    def __init__(self, packed: BinaryIO) -> None:
        self._packed = packed
        self._decoder = _decoder()

    def read(self, size: int) -> bytes:
        """Raises LZMAError, and EOFError where a stream is cut short."""
        while True:
            if self._decoder.eof:
                following = self._next_stream()
                if not following:
                    return b""
                self._decoder = _decoder()
            else:
                following = self._packed.read(CHUNK_BYTES) if self._decoder.needs_input else b""
                if self._decoder.needs_input and not following:
                    raise EOFError
            piece = self._decoder.decompress(following, size)
            if piece:
                return piece

    def _next_stream(self) -> bytes:
        following = self._decoder.unused_data or self._packed.read(CHUNK_BYTES)
        while following and not following.strip(b"\0"):
            following = self._packed.read(CHUNK_BYTES)
        return following.lstrip(b"\0")


def _decoder() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, DECODER_BYTES_MAX)
