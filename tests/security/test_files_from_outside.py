"""Files from outside are bounded while they are inflated, and what is malformed is refused in words."""

import gzip
import hashlib
import lzma
import os
import subprocess
import sys
import textwrap
import zlib
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue_file import ColumnMap, RefusedRow, UnreadableCatalogue, line_count, read_catalogue
from app.replay.plan import COLUMNS, BadHistory, open_history
from sync_agent.contract import outbox_export
from sync_agent.contract.inflation import NotWhole, TooMuch, gunzip, inflated_max
from sync_agent.contract.outbox_export import (
    BadExport,
    ExportHeader,
    WeakPassphrase,
    read_export,
    read_file,
    read_header,
    write_export,
)
from tests.kit.paths import ROOT

PASSPHRASE = "three words only"
HEADER = ExportHeader("demo", "device-1", "Till 1", "main", 2, "2026-01-01T00:00:00.000Z")
OPERATIONS = [{"id": "one", "data": {"note": 'a "quoted" } ] \\'}}, {"id": "two", "data": {}}]
MEMORY_BYTES_MAX = 400 * 1024 * 1024


def peak_bytes(code: str, *arguments: str) -> tuple[str, int]:
    """What a process prints that runs `code`, and the most memory that it had.

    The system's own figure of it counts what the process that started it had.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux says how much memory a process had")
    program = f"import sys\n{code}\nprint(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])"
    ran = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    )
    *said, peak = ran.stdout.splitlines()
    return "\n".join(said), int(peak) * 1024


# --- catalogues and histories ------------------------------------------------------------------------


def bomb(path: Path, piece: bytes) -> Path:
    """An .xz file of 1 GB: the stream of one megabyte, a thousand times."""
    stream = lzma.compress(piece * ((1 << 20) // len(piece)), preset=0)
    path.write_bytes(lzma.compress(b"sku,name\n") + stream * 1024)
    return path


@pytest.mark.slow  # two million lines are read before they are too many
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "piece", [b"\0", b"x", b"\n", b"a,b\n", b'"'], ids=["nul", "line", "empty", "rows", "quote"]
)
def test_a_small_file_that_inflates_to_a_gigabyte_is_refused_with_little_memory(
    tmp_path: Path, piece: bytes
) -> None:
    path = bomb(tmp_path / "goods.csv.xz", piece)
    assert path.stat().st_size < 400_000
    code = textwrap.dedent(
        """
        from pathlib import Path
        from app.catalogue_file import ColumnMap, UnreadableCatalogue, line_count, read_catalogue
        path = Path(sys.argv[1])
        for read in (line_count, lambda path: sum(1 for _ in read_catalogue(path, ColumnMap()))):
            try:
                print(read(path))
            except UnreadableCatalogue as refusal:
                print(refusal)
        """
    )
    said, peak = peak_bytes(code, str(path))
    refusals = said.splitlines()
    assert len(refusals) == 2
    assert all("is far larger than a list" in words or "Split the file" in words for words in refusals)
    assert peak < MEMORY_BYTES_MAX


XZ = lzma.compress(b"sku,name\nA-1,Mug\n")
LARGE_DICTIONARY = lzma.compress(
    b"sku,name\n", format=lzma.FORMAT_XZ, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 29}]
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (XZ[:-9], "cannot be unpacked to its end"),
        (XZ[:5], "cannot be unpacked to its end"),
        (b"", "cannot be unpacked to its end"),
        (b"sku,name\nA-1,Mug\n", "cannot be unpacked"),
        (XZ[:30] + bytes([XZ[30] ^ 1]) + XZ[31:], "cannot be unpacked"),
        (XZ[:-20] + bytes([XZ[-20] ^ 1]) + XZ[-19:], "cannot be unpacked"),
        (XZ + b"and more", "cannot be unpacked"),
        (XZ + XZ[:20], "cannot be unpacked"),
        (lzma.compress(b"sku,name\n", format=lzma.FORMAT_ALONE), "cannot be unpacked"),
        (gzip.compress(b"sku,name\n"), "cannot be unpacked"),
        (LARGE_DICTIONARY, "too much memory"),
    ],
    ids=[
        *("cut short", "a few bytes", "empty", "not packed", "a changed byte", "a changed sum"),
        *("followed by text", "half a second stream", "lzma", "gzip", "a dictionary of 512 MB"),
    ],
)
def test_a_damaged_xz_file_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "goods.csv.xz"
    path.write_bytes(content)
    for read in (line_count, lambda path: list(read_catalogue(path, ColumnMap()))):
        with pytest.raises(UnreadableCatalogue, match=words):
            read(path)

    def read_history() -> None:
        with open_history(path) as rows:
            list(rows)

    with pytest.raises(BadHistory, match=f"{words}|does not begin with the columns"):
        read_history()


def test_several_streams_with_padding_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "goods.csv.xz"
    streams = [lzma.compress(part) for part in (b"A-2,Jug\n", b"", b"A-3,Cup\n")]
    path.write_bytes(XZ + b"\0" * 8 + b"".join(streams))
    found = list(read_catalogue(path, ColumnMap()))
    assert [(row.line, isinstance(row, RefusedRow)) for row in found] == [(2, False), (3, False), (4, False)]


def test_a_line_that_is_too_long_costs_itself_alone(tmp_path: Path) -> None:
    path = tmp_path / "goods.csv"
    path.write_text(f'sku,name\nA-1,Mug\nA-2,{"x" * 3_000_000}\n"A-3,{"y" * 3_000_000}\nA-4,Jug\n', "utf-8")
    found = list(read_catalogue(path, ColumnMap()))
    assert [(row.line, isinstance(row, RefusedRow)) for row in found] == [
        (2, False),
        (3, True),
        (4, True),
        (5, False),
    ]
    assert max(len(row.raw) for row in found) < 1000


def test_a_history_with_an_endless_line_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_text(f"{','.join(COLUMNS)}\n{'x' * 1_000_000}\n", "utf-8")

    def read() -> None:
        with open_history(path) as rows:
            list(rows)

    with pytest.raises(BadHistory, match="characters"):
        read()


@pytest.mark.parametrize("delimiter", ["", ";;", "\n", '"'])
def test_a_delimiter_that_is_none_is_refused_in_words(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "goods.csv"
    path.write_text("sku,name\nA-1,Mug\n", "utf-8")
    with pytest.raises(UnreadableCatalogue, match="one character"):
        list(read_catalogue(path, ColumnMap(), delimiter=delimiter))


ENCODINGS = ["utf-8", "utf-16", "utf-7", "latin-1", "idna", "rot13", "nonsense", "unicode_escape"]


@given(
    content=st.binary(max_size=400),
    packed=st.booleans(),
    harm=st.integers(0, 400),
    encoding=st.sampled_from(ENCODINGS),
)
def test_whatever_a_file_holds_it_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, packed: bool, harm: int, encoding: str
) -> None:
    written = lzma.compress(content) if packed else content
    if harm < len(written):
        written = written[:harm] + bytes([written[harm] ^ 0x55]) + written[harm + 1 :]
    path = tmp_path_factory.getbasetemp() / f"any.csv{'.xz' if packed else ''}"
    path.write_bytes(written)
    with suppress(UnreadableCatalogue):
        list(read_catalogue(path, ColumnMap(), encoding=encoding))


# --- packs -------------------------------------------------------------------------------------------


def sealed(plain: bytes, *, changes: dict[str, Any] | None = None, packed: bytes | None = None) -> bytes:
    """A pack with this content, rightly encrypted, whose first line has been changed before that."""
    salt, nonce = os.urandom(16), os.urandom(12)
    line: dict[str, Any] = {"kind": "evertill-rescue-pack", "format": 1, **vars(HEADER)}
    line |= {"salt": b64encode(salt).decode(), "nonce": b64encode(nonce).decode()} | (changes or {})
    line = {name: value for name, value in line.items() if value is not ...}
    authenticated = orjson.dumps(line, option=orjson.OPT_SORT_KEYS)
    key = outbox_export._key(PASSPHRASE, salt)
    secret = AESGCM(key).encrypt(nonce, gzip.compress(plain) if packed is None else packed, authenticated)
    return orjson.dumps(line | {"sha256": hashlib.sha256(secret).hexdigest()}) + b"\n" + secret


def test_what_was_written_is_read_back() -> None:
    export = read_export(write_export(HEADER, OPERATIONS, PASSPHRASE), PASSPHRASE)
    assert export.header == HEADER
    assert list(export.operations()) == OPERATIONS
    assert list(export.operations()) == OPERATIONS, "again"


def test_a_pack_of_an_earlier_release_is_read_whatever_its_passphrase(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(outbox_export, "must_be_strong", lambda _passphrase: None)
        old = write_export(HEADER, OPERATIONS, "short")
    assert list(read_export(old, "short").operations()) == OPERATIONS


@pytest.mark.parametrize("passphrase", ["", "short", "eleven char", "            ", "aaaaaaaaaaaaaaaaa"])
def test_a_weak_passphrase_is_refused_in_words(passphrase: str) -> None:
    with pytest.raises(WeakPassphrase, match="at least 12 characters"):
        write_export(HEADER, OPERATIONS, passphrase)


def test_a_passphrase_may_hold_any_bytes() -> None:
    odd = "three words \udce9 only"
    assert list(read_export(write_export(HEADER, OPERATIONS, odd), odd).operations()) == OPERATIONS


def test_operations_that_shrink_too_well_are_written_so_that_they_can_be_read() -> None:
    operations = [{"id": str(number), "data": {"note": "x" * 2000}} for number in range(20_000)]
    header = ExportHeader(**{**vars(HEADER), "operations": len(operations)})
    export = read_export(write_export(header, operations, PASSPHRASE), PASSPHRASE)
    assert sum(1 for _ in export.operations()) == len(operations)


_SALE, _LONG_SALE = b'{"id":"one","data":{}}', b'{"id":"one","data":{"note":"%s"}}' % (b"x" * 2000)
BOMBS = {
    "blanks": (b"[", b" " * (1 << 20), HEADER.operations),
    "one text": (b'[{"id":"', b"x" * (1 << 20), HEADER.operations),
    "more sales than its first line says": (b"[" + _SALE, (b"," + _SALE) * 45_000, HEADER.operations),
    "as many sales as its first line says": (b"[" + _LONG_SALE, (b"," + _LONG_SALE) * 520, 520 * 1024 + 1),
}
"""How each begins and goes on, and how many operations its first line promises."""


def packed_bomb(begins: bytes, goes_on: bytes) -> bytes:
    """Gzip of 1 GB: after a full flush a block stands alone, so it is repeated as it is."""
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(begins) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(goes_on) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + block * 1024


@pytest.mark.parametrize("kind", BOMBS)
def test_a_small_pack_that_inflates_to_a_gigabyte_is_refused_with_little_memory(
    tmp_path: Path, kind: str
) -> None:
    pack = tmp_path / "pack"
    begins, goes_on, promised = BOMBS[kind]
    pack.write_bytes(sealed(b"", packed=packed_bomb(begins, goes_on), changes={"operations": promised}))
    assert pack.stat().st_size < 6_000_000
    code = textwrap.dedent(
        """
        from pathlib import Path
        from sync_agent.contract.outbox_export import BadExport, read_export, read_file
        try:
            read_export(read_file(Path(sys.argv[1])), sys.argv[2])
        except BadExport as refusal:
            print(refusal)
        """
    )
    said, peak = peak_bytes(code, str(pack), PASSPHRASE)
    assert "Nothing was imported" in said
    assert peak < MEMORY_BYTES_MAX


def _no_gzip(change: Callable[[bytes], bytes]) -> bytes:
    return sealed(b"", packed=change(gzip.compress(orjson.dumps(OPERATIONS))))


MALFORMED: dict[str, Callable[[], bytes]] = {
    "not gzip": lambda: sealed(b"", packed=b"sales"),
    "nothing": lambda: sealed(b"", packed=b""),
    "cut short": lambda: _no_gzip(lambda whole: whole[:-9]),
    "a wrong sum": lambda: _no_gzip(lambda whole: whole[:-6] + bytes([whole[-6] ^ 1]) + whole[-5:]),
    "a changed byte": lambda: _no_gzip(lambda whole: whole[:20] + bytes([whole[20] ^ 0x55]) + whole[21:]),
    "xz": lambda: sealed(b"", packed=lzma.compress(orjson.dumps(OPERATIONS))),
    "not JSON": lambda: sealed(b"Dear shop"),
    "a number": lambda: sealed(b"12"),
    "an object": lambda: sealed(b'{"id":"one","data":{}}'),
    "numbers": lambda: sealed(b"[1,2]"),
    "texts": lambda: sealed(b'["one","two"]'),
    "lists": lambda: sealed(b"[[],[]]"),
    "no id": lambda: sealed(b'[{"data":{}},{"data":{}}]'),
    "data that is none": lambda: sealed(b'[{"id":"one","data":[]},{"id":"two","data":1}]'),
    "fewer than promised": lambda: sealed(b'[{"id":"one","data":{}}]'),
    "more than promised": lambda: sealed(b'[{"id":"1","data":{}},{"id":"2","data":{}},{"id":"3","data":{}}]'),
    "more behind": lambda: sealed(orjson.dumps(OPERATIONS) + b"[]"),
    "text behind": lambda: sealed(orjson.dumps(OPERATIONS) + b"x"),
    "an open bracket": lambda: sealed(b'[{"id":"one","data":{}},{"id":"two","data":{}}'),
    "an open text": lambda: sealed(b'[{"id":"one","data":{}},{"id":"two'),
    "wrong brackets": lambda: sealed(b'[{"id":"one","data":{}},{"id":"two","data":{]}]'),
    "very deep": lambda: sealed(b'[{"id":"one","data":' + b'{"a":' * 40_000 + b"1" + b"}" * 40_000 + b"}]"),
    "bytes that are no UTF-8": lambda: sealed(b'[{"id":"one","data":{}},{"id":"\xff","data":{}}]'),
    "no salt": lambda: sealed(b"[]", changes={"salt": ...}),
    "a salt that is a number": lambda: sealed(b"[]", changes={"salt": 7}),
    "a salt that is no base64": lambda: sealed(b"[]", changes={"salt": "?"}),
    "a nonce of no length": lambda: sealed(b"[]", changes={"nonce": ""}),
    "a tenant that is a list": lambda: sealed(b"[]", changes={"tenant_id": []}),
    "a till with control characters": lambda: sealed(b"[]", changes={"till": "\x1b[2J"}),
    "a number that is none": lambda: sealed(b"[]", changes={"operations": "two"}),
    "a number below nothing": lambda: sealed(b"[]", changes={"operations": -1}),
    "no till": lambda: sealed(b"[]", changes={"till": ...}),
    "a format that is a list": lambda: sealed(b"[]", changes={"format": []}),
    "an endless first line": lambda: b'{"kind":"' + b"x" * 1_000_000,
    "an empty file": lambda: b"",
    "a lone first line": lambda: sealed(b"[]").split(b"\n")[0],
    "a list as first line": lambda: b"[]\nsecret",
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_a_malformed_pack_is_refused_in_words(kind: str) -> None:
    with pytest.raises(BadExport) as refused:
        read_export(MALFORMED[kind](), PASSPHRASE)
    assert str(refused.value).endswith((".", "version."))


@pytest.mark.parametrize("kind", ["cut short", "texts", "no salt", "a salt that is no base64"])
def test_the_commands_refuse_a_malformed_pack_without_a_traceback(tmp_path: Path, kind: str) -> None:
    pack = tmp_path / "pack"
    pack.write_bytes(MALFORMED[kind]())
    server = ["server", "import-outbox", str(pack), "--home", str(tmp_path), "--tenant", "demo"]
    ran = subprocess.run(
        [sys.executable, "-m", "app", *server],
        cwd=ROOT,
        env={**os.environ, "EVERTILL_PASSPHRASE": PASSPHRASE},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2
    assert "pack" in ran.stderr
    assert "Traceback" not in ran.stderr


ANY_DATA = st.dictionaries(st.text(max_size=4), st.text() | st.lists(st.text()))


@given(
    operations=st.lists(st.fixed_dictionaries({"id": st.text(max_size=5), "data": ANY_DATA}), max_size=6),
    size=st.integers(1, 30),
    indented=st.booleans(),
)
def test_operations_are_found_wherever_the_pieces_end(
    operations: list[dict[str, Any]], size: int, indented: bool
) -> None:
    plain = orjson.dumps(operations, option=orjson.OPT_INDENT_2 if indented else 0)
    pieces = (plain[start : start + size] for start in range(0, len(plain), size))
    assert [orjson.loads(written) for written in outbox_export._elements(pieces)] == operations


def test_a_file_that_is_larger_than_any_pack_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "pack"
    with path.open("wb") as file:
        file.truncate(outbox_export.EXPORT_BYTES_MAX + 1)
    with pytest.raises(BadExport, match="too large"):
        read_file(path)
    assert read_header(sealed(b"[]")) == HEADER


# --- gzip --------------------------------------------------------------------------------------------


@given(plain=st.binary(max_size=300_000), bytes_max=st.integers(0, 300_000))
def test_gzip_is_read_up_to_its_bound(plain: bytes, bytes_max: int) -> None:
    pieces = gunzip(gzip.compress(plain), bytes_max)
    if len(plain) <= bytes_max:
        assert b"".join(pieces) == plain
    else:
        with pytest.raises(TooMuch):
            list(pieces)


@given(st.binary(max_size=50))
def test_what_is_no_gzip_is_not_whole(content: bytes) -> None:
    with pytest.raises(NotWhole):
        list(gunzip(content, inflated_max(len(content))))


def test_a_packed_file_is_handed_to_the_decoder_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what is left of it for each piece that comes out: a pack of 256 MB took minutes."""
    handed = 0

    class Counting:
        def __init__(self, wbits: int) -> None:
            self._real = real(wbits=wbits)

        def decompress(self, data: bytes, most: int) -> bytes:
            nonlocal handed
            handed += len(data)
            return self._real.decompress(data, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self._real, name)

    real = zlib.decompressobj
    packed = gzip.compress(os.urandom(4 * 1024 * 1024))
    monkeypatch.setattr(zlib, "decompressobj", Counting)
    assert sum(map(len, gunzip(packed, len(packed)))) == 4 * 1024 * 1024
    assert handed < 4 * len(packed)
