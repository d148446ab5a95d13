"""The file format of an outbox export: the operations of a till, for import by another till or the server.

A header line of JSON in clear text (till, number of operations, time), then the operations, compressed and
encrypted with a key derived from a passphrase (scrypt, AES-256-GCM; the header is authenticated with them).
The header has a checksum, so a damaged file is detected before the passphrase is asked for.
"""

import gzip
import hashlib
import os
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

EXPORT_FORMAT = 1
_KIND = "evertill-rescue-pack"
_SCRYPT = {"n": 2**15, "r": 8, "p": 1}


class BadExport(ValueError):
    """The file is not an export, damaged, or of a newer version; or the passphrase is wrong."""


@dataclass(frozen=True)
class ExportHeader:
    """The header of an export. `created_at` is RFC 3339, by the till's clock."""

    tenant_id: str
    device_id: str
    till: str
    location_id: str
    operations: int
    created_at: str


def write_export(header: ExportHeader, operations: Sequence[dict[str, Any]], passphrase: str) -> bytes:
    """The content of the file. `operations` are in wire form, in the order of their numbers."""
    salt, nonce = os.urandom(16), os.urandom(12)
    header_line = {"kind": _KIND, "format": EXPORT_FORMAT, **asdict(header)}
    header_line |= {"salt": b64encode(salt).decode(), "nonce": b64encode(nonce).decode()}
    plain = gzip.compress(orjson.dumps(list(operations)))
    secret = AESGCM(_key(passphrase, salt)).encrypt(nonce, plain, _authenticated(header_line))
    header_line["sha256"] = hashlib.sha256(secret).hexdigest()
    return orjson.dumps(header_line) + b"\n" + secret


def read_header(content: bytes) -> ExportHeader:
    """The header, after verifying the checksum. Raises BadExport."""
    header_line, secret = _split(content)
    if hashlib.sha256(secret).hexdigest() != header_line.get("sha256"):
        raise BadExport("This pack is damaged: it is not what was written. Copy it again from where it came.")
    try:
        return ExportHeader(**{name: header_line[name] for name in ExportHeader.__dataclass_fields__})
    except KeyError as error:
        raise BadExport(f"This pack's first line lacks {error}.") from error


def read_operations(content: bytes, passphrase: str) -> list[dict[str, Any]]:
    """The operations in wire form, decrypted. Raises BadExport."""
    read_header(content)
    header_line, secret = _split(content)
    try:
        plain = AESGCM(_key(passphrase, b64decode(header_line["salt"]))).decrypt(
            b64decode(header_line["nonce"]), secret, _authenticated(header_line)
        )
    except InvalidTag as error:
        raise BadExport(
            "The passphrase is not right, or the pack's first line was changed. Nothing was imported."
        ) from error
    operations: list[dict[str, Any]] = orjson.loads(gzip.decompress(plain))
    return operations


def _split(content: bytes) -> tuple[dict[str, Any], bytes]:
    line, _, secret = content.partition(b"\n")
    try:
        header_line = orjson.loads(line)
    except orjson.JSONDecodeError:
        header_line = None
    if not isinstance(header_line, dict) or header_line.get("kind") != _KIND:
        raise BadExport("This file is not a rescue pack.")
    if header_line.get("format") != EXPORT_FORMAT:
        raise BadExport("This pack was written by a newer Evertill. Import it with that version.")
    return header_line, secret


def _authenticated(header_line: dict[str, Any]) -> bytes:
    fixed = {name: value for name, value in header_line.items() if name != "sha256"}
    return orjson.dumps(fixed, option=orjson.OPT_SORT_KEYS)


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, **_SCRYPT).derive(passphrase.encode())
