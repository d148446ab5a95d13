"""The file format of an outbox export: the operations of a till, for import by another till or the server.

A header line of JSON in clear text (till, number of operations, time), then the operations, compressed and
encrypted with a key derived from a passphrase (scrypt, AES-256-GCM; the header is authenticated with them).
The header has a checksum, so a damaged file is detected before the passphrase is asked for.

A pack comes from outside, so nothing in it is trusted before it was looked at: it is bounded as a file, while
it is inflated, and in each operation; an operation is parsed when it is asked for, so memory stays that of
the file. All of it has been read once before the first operation is given out.
"""

import binascii
import gzip
import hashlib
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from sync_agent.contract.codes import QUEUE_REQUEST_BYTES_MAX
from sync_agent.contract.inflation import NotWhole, TooMuch, gunzip, inflated_max

EXPORT_FORMAT = 1
EXPORT_BYTES_MAX = 256 * 1024 * 1024
"""Of the file: some millions of sales."""
OPERATION_BYTES_MAX = QUEUE_REQUEST_BYTES_MAX
"""Of one operation in it: a larger one could not be sent."""
PASSPHRASE_MIN = 12
"""Characters: whoever finds a pack can try passphrases for as long as they like."""
_HEADER_BYTES_MAX = 8 * 1024
_KIND = "evertill-rescue-pack"
_SCRYPT = {"n": 2**15, "r": 8, "p": 1}
_SALT_BYTES, _NONCE_BYTES = 16, 12
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")


class BadExport(ValueError):
    """The file is not an export, damaged, or of a newer version; or the passphrase is wrong."""


class WeakPassphrase(ValueError):
    """The passphrase of a new export is too short."""


@dataclass(frozen=True)
class ExportHeader:
    """The header of an export. `created_at` is RFC 3339, by the till's clock."""

    tenant_id: str
    device_id: str
    till: str
    location_id: str
    operations: int
    created_at: str


@dataclass(frozen=True)
class Export:
    """An export that was read as a whole and found sound."""

    header: ExportHeader
    _packed: bytes

    def operations(self) -> Iterator[dict[str, Any]]:
        """The operations in wire form, in the order of their numbers."""
        return _operations(self._packed)


# --- writing -----------------------------------------------------------------------------------------


def must_be_strong(passphrase: str) -> None:
    """Raises WeakPassphrase. Exports of earlier releases are read with any passphrase."""
    if len(passphrase.strip()) < PASSPHRASE_MIN or len(set(passphrase)) < PASSPHRASE_MIN // 3:
        raise WeakPassphrase(
            f"A pack has every sale in it, so its passphrase has at least {PASSPHRASE_MIN} characters, and"
            " not always the same: three or four words are easy to remember."
        )


def write_export(header: ExportHeader, operations: Sequence[dict[str, Any]], passphrase: str) -> bytes:
    """The content of the file. `operations` are in wire form, in the order of their numbers.

    Raises WeakPassphrase, and BadExport where they are more than a pack holds.
    """
    must_be_strong(passphrase)
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    header_line = {"kind": _KIND, "format": EXPORT_FORMAT, **asdict(header)}
    header_line |= {"salt": b64encode(salt).decode(), "nonce": b64encode(nonce).decode()}
    secret = AESGCM(_key(passphrase, salt)).encrypt(
        nonce, _packed(orjson.dumps(list(operations))), _authenticated(header_line)
    )
    header_line["sha256"] = hashlib.sha256(secret).hexdigest()
    content = orjson.dumps(header_line) + b"\n" + secret
    if len(content) > EXPORT_BYTES_MAX:
        raise BadExport("There is more than one pack holds. Export without the history (--all).")
    return content


def _packed(plain: bytes) -> bytes:
    packed = gzip.compress(plain)
    # What shrinks too well would be refused as a bomb where it is read.
    return packed if len(plain) <= inflated_max(len(packed)) else gzip.compress(plain, compresslevel=0)


# --- reading -----------------------------------------------------------------------------------------


def read_file(path: Path) -> bytes:
    """The content of the file. Raises OSError, and BadExport where it is larger than any export."""
    with path.open("rb") as file:
        content = file.read(EXPORT_BYTES_MAX + 1)
    if len(content) > EXPORT_BYTES_MAX:
        raise BadExport("This file is not a rescue pack: it is too large.")
    return content


def read_header(content: bytes) -> ExportHeader:
    """The header, after verifying the checksum. Raises BadExport."""
    header_line, secret = _split(content)
    if hashlib.sha256(secret).hexdigest() != header_line.get("sha256"):
        raise BadExport("This pack is damaged: it is not what was written. Copy it again from where it came.")
    missing = sorted(ExportHeader.__dataclass_fields__.keys() - header_line.keys())
    if missing:
        raise BadExport(f"This pack's first line lacks {', '.join(missing)}.")
    header = ExportHeader(**{name: header_line[name] for name in ExportHeader.__dataclass_fields__})
    for name, value in asdict(header).items():
        if not _is_sound(name, value):
            raise BadExport(f"This pack's first line has no sound {name}.")
    return header


def read_export(content: bytes, passphrase: str) -> Export:
    """Decrypt an export and look at all of it. Raises BadExport."""
    header = read_header(content)
    header_line, secret = _split(content)
    salt, nonce = _bytes_of(header_line, "salt"), _bytes_of(header_line, "nonce")
    if len(salt) != _SALT_BYTES or len(nonce) != _NONCE_BYTES:
        raise BadExport("This pack's first line has no sound salt or nonce.")
    try:
        packed = AESGCM(_key(passphrase, salt)).decrypt(nonce, secret, _authenticated(header_line))
    except InvalidTag as error:
        raise BadExport(
            "The passphrase is not right, or the pack's first line was changed. Nothing was imported."
        ) from error
    many = 0
    for many, _operation in enumerate(_operations(packed), start=1):
        if many > header.operations:  # what goes on for millions is not read to its end
            break
    if many != header.operations:
        raise _other_content()
    return Export(header, packed)


def _split(content: bytes) -> tuple[dict[str, Any], bytes]:
    line, _, secret = content.partition(b"\n")
    try:
        header_line = orjson.loads(line) if len(line) <= _HEADER_BYTES_MAX else None
    except orjson.JSONDecodeError:
        header_line = None
    if not isinstance(header_line, dict) or header_line.get("kind") != _KIND:
        raise BadExport("This file is not a rescue pack.")
    if header_line.get("format") != EXPORT_FORMAT:
        raise BadExport("This pack was written by a newer Evertill. Import it with that version.")
    return header_line, secret


def _is_sound(name: str, value: object) -> bool:
    """Whether a field of the header is what it should be; it is shown in a terminal, too."""
    if name == "operations":
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    if not isinstance(value, str):
        return False
    return bool(_ID.fullmatch(value)) if name.endswith("_id") else value.isprintable()


def _bytes_of(header_line: dict[str, Any], name: str) -> bytes:
    try:
        return b64decode(header_line[name], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise BadExport(f"This pack's first line has no sound {name}.") from error


def _authenticated(header_line: dict[str, Any]) -> bytes:
    fixed = {name: value for name, value in header_line.items() if name != "sha256"}
    return orjson.dumps(fixed, option=orjson.OPT_SORT_KEYS)


def _key(passphrase: str, salt: bytes) -> bytes:
    # An environment variable may hold bytes that are no UTF-8.
    return Scrypt(salt=salt, length=32, **_SCRYPT).derive(passphrase.encode(errors="surrogateescape"))


# --- operations, one by one --------------------------------------------------------------------------


def _operations(packed: bytes) -> Iterator[dict[str, Any]]:
    """Raises BadExport."""
    try:
        for written in _elements(gunzip(packed, inflated_max(len(packed)))):
            operation = orjson.loads(written)
            if not isinstance(operation.get("id"), str) or not isinstance(operation.get("data"), dict):
                raise _other_content()
            yield operation
    except TooMuch as error:
        raise BadExport(
            "This pack inflates to far more than its size can hold of sales. Nothing was imported."
        ) from error
    except (NotWhole, orjson.JSONDecodeError) as error:
        raise _other_content() from error


_TOKEN = re.compile(
    rb'(?P<text>"[^"\\]*+(?:\\.[^"\\]*+)*+")'
    rb'|(?P<cut>"[^"\\]*+(?:\\.[^"\\]*+)*+\\?\Z)'  # a text that goes on in the next piece
    rb"|(?P<opens>[{\[])|(?P<closes>[}\]])",
    re.DOTALL,
)
_BETWEEN, _BETWEEN_MAX = b", \t\r\n", 64
_ARRAY, _OPERATION = 1, 2
"""How many brackets and braces are open there."""


def _elements(pieces: Iterable[bytes]) -> Iterator[bytes]:  # noqa: PLR0912 - one walk through the tokens
    """The objects of a JSON array, each as it is written. Raises BadExport where it is another thing."""
    buffer, scanned, depth, is_over = b"", 0, 0, False
    for piece in pieces:
        buffer += piece
        given = 0  # before here, everything was given out
        went_on_from = len(buffer)
        for token in _TOKEN.finditer(buffer, scanned):
            if token["cut"]:
                went_on_from = token.start()
            elif token["opens"]:
                depth += 1
                if depth <= _OPERATION:
                    expected = b"[" if depth == _ARRAY else b"{"
                    if is_over or token["opens"] != expected or not _is_between(buffer, given, token.start()):
                        raise _other_content()
                    given = token.end() if depth == _ARRAY else token.start()
            elif token["closes"]:
                depth -= 1
                if depth == _ARRAY:
                    yield buffer[given : token.end()]
                    given = token.end()
                elif depth < _ARRAY:
                    if is_over or not _is_between(buffer, given, token.start()):
                        raise _other_content()
                    is_over, given = True, token.end()
        if depth < _OPERATION and not _is_between(buffer, given, len(buffer)):
            raise _other_content()
        buffer, scanned = buffer[given:], went_on_from - given
        if len(buffer) > OPERATION_BYTES_MAX:
            raise BadExport("This pack has an entry that is larger than any. Nothing was imported.")
    if not is_over or buffer.strip(_BETWEEN):
        raise _other_content()


def _other_content() -> BadExport:
    return BadExport("What is in this pack is not what its first line says. Nothing was imported.")


def _is_between(buffer: bytes, start: int, end: int) -> bool:
    """Whether there is nothing but what separates the objects."""
    return end - start <= _BETWEEN_MAX and not buffer[start:end].strip(_BETWEEN)
