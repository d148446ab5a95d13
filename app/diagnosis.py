"""Checks whether a till can sell and send, and says what to do where it cannot: `evertill doctor`.

Each check reports findings as text. Nothing is changed, and the till may be open meanwhile.
"""

import shutil
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import orjson
from pydantic import ValidationError
from sqlalchemy import Connection, func, select

from app.services.sync.agent_words import attention_in_words, notice_in_words, plain_in_words
from sync_agent import credentials, private_files
from sync_agent.contract import paths
from sync_agent.contract.events import Pong
from sync_agent.contract.identity import RefreshAnswer, RefreshRequest
from sync_agent.contract.operations import chain_hash, content_hash
from sync_agent.contract.wire import from_ms, to_ms
from sync_agent.credentials import Credentials
from sync_agent.errors import AuthError, StoreError, SyncError
from sync_agent.events import Attention, AttentionCode
from sync_agent.ports import Clock, Transport
from sync_agent.server_address import is_plain
from sync_agent.store import link, notices
from sync_agent.store import tables as t
from sync_agent.store.database import peek
from sync_agent.store.device import DeviceIdentity, read_device
from sync_agent.store.home import Home
from sync_agent.store.queue import Status

SPACE_LOW_BYTES = 500 * 1024 * 1024
SPACE_OUT_BYTES = 50 * 1024 * 1024
CLOCK_OFF_MS = 120_000
OLD_MS = 24 * 3_600_000
WAL_LARGE_BYTES = 200 * 1024 * 1024


class Level(StrEnum):
    """The severity of a finding."""

    OK = "ok"
    LOOK = "look at this"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """The result of a check. `words` describes it and, for a problem, says what to do."""

    level: Level
    what: str
    words: str


def _ok(what: str, words: str) -> Finding:
    return Finding(Level.OK, what, words)


def _look(what: str, words: str) -> Finding:
    return Finding(Level.LOOK, what, words)


def _broken(what: str, words: str) -> Finding:
    return Finding(Level.BROKEN, what, words)


class Connect(Protocol):
    def __call__(self, server_url: str, /, *, insecure: bool) -> Transport: ...


async def examine(home: Home, clock: Clock, connect: Connect) -> list[Finding]:
    """Run all checks, from the folder to the server. `connect` makes a transport to a server's URL."""
    findings = [*_folder(home)]
    device: DeviceIdentity | None = None
    try:
        with peek(home) as connection:
            findings += _database(home)
            device = read_device(connection)
            findings += _till(connection, device, clock)
    except StoreError as error:
        findings.append(_broken("database", str(error)))
    secret, found = _credentials(home)
    findings.append(found)
    if device is not None:
        findings.append(_encryption(device))
        insecure = secret is None or secret.insecure is not False
        transport = connect(device.server_url, insecure=insecure)
        try:
            findings += [finding async for finding in _server(transport, device, secret, clock)]
        finally:
            await transport.close()
    return findings


# --- the machine -------------------------------------------------------------------------------------


def _folder(home: Home) -> Iterator[Finding]:
    for path in home.exposed:
        words = private_files.exposed_words(path)
        yield _look("folder", words[0].upper() + words[1:])
    if not home.exposed:
        yield _ok("folder", f"{home.path} is private.")
    free = shutil.disk_usage(home.path).free
    room = f"{free // 1024**2:,} MB are free."
    if free < SPACE_OUT_BYTES:
        yield _broken("disk", f"The disk is all but full: {room} Free some space, or sales will be refused.")
    elif free < SPACE_LOW_BYTES:
        yield _look("disk", f"The disk is filling up: {room}")
    else:
        yield _ok("disk", room)
    if home.in_use_mark.exists():
        yield _ok("in use", "A till has this folder open, or did not end cleanly the last time.")
    if home.damaged.exists():
        yield _look("damaged files", f"A damaged database was set aside in {home.damaged}. Keep it for now.")


def _database(home: Home) -> Iterator[Finding]:
    wal = home.database.with_name(home.database.name + "-wal")
    journal = wal.stat().st_size if wal.exists() else 0
    with closing(sqlite3.connect(f"file:{home.database}?mode=ro", uri=True)) as connection:
        verdict = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if verdict != "ok":
        yield _broken(
            "database", "The database is damaged. Start the till: it saves what can be read, and goes on."
        )
    else:
        yield _ok("database", f"{(home.database.stat().st_size + journal) // 1024:,} KB, and sound.")
    if journal > WAL_LARGE_BYTES:
        yield _look("database", "Its journal has grown large. Restart the till when nobody is waiting.")


# --- the till ----------------------------------------------------------------------------------------


def _till(connection: Connection, device: DeviceIdentity | None, clock: Clock) -> Iterator[Finding]:
    if device is None:
        yield _broken("enrolment", "This folder is no till yet. A manager enrolls it once.")
        return
    yield _ok("enrolment", f"{device.name} of {device.tenant_name}, {device.location_name}.")
    yield from _goods(connection)
    yield from _queue(connection, clock)
    yield _chain(connection)
    for notice in notices.unread(connection):
        yield _look("notice", notice_in_words(notice.kind, notice.figures, notice.message))


def _goods(connection: Connection) -> Iterator[Finding]:
    products = connection.execute(select(func.count()).select_from(t.catalogue)).scalar_one()
    people = connection.execute(select(func.count()).select_from(t.person)).scalar_one()
    if not products or not people:
        yield _broken("ready to sell", "It has no products or no people yet. Let it connect once.")
    else:
        yield _ok("ready to sell", f"{products:,} products and {people} people are on this till.")


def _queue(connection: Connection, clock: Clock) -> Iterator[Finding]:
    of = t.outbox.c
    rows = connection.execute(
        select(of.status, func.count(), func.min(of.timestamp_ms))
        .where(of.finished_ms.is_(None))
        .group_by(of.status)
    ).all()
    counts = {row[0]: row[1] for row in rows}
    waiting = sum(counts.get(status, 0) for status in (Status.PENDING, Status.PROCESSING, Status.BLOCKED))
    oldest_ms = min((row[2] for row in rows), default=clock.now_ms())
    if waiting and clock.now_ms() - oldest_ms > OLD_MS:
        since = from_ms(oldest_ms).strftime("%Y-%m-%d %H:%M")
        yield _look("unsent", f"{waiting:,} entries wait, the oldest since {since} UTC. They are safe here.")
    else:
        yield _ok("unsent", f"{waiting:,} entries wait." if waiting else "All sent.")
    if counts.get(Status.DEAD_LETTER):
        yield _look("refused", f"{counts[Status.DEAD_LETTER]:,} entries need somebody's attention.")
    if counts.get(Status.CONFLICT):
        yield _look("conflicts", f"{counts[Status.CONFLICT]:,} entries wait for a decision.")
    record = link.read_link(connection)
    if record is None or record.last_full_sync_ms is None:
        yield _look("last synchronised", "Never yet.")
    else:
        moment = from_ms(record.last_full_sync_ms).strftime("%Y-%m-%d %H:%M")
        yield _ok("last synchronised", f"{moment} UTC.")


def _chain(connection: Connection) -> Finding:
    of = t.outbox.c
    columns = (
        of.device_seq,
        of.id,
        of.operation,
        of.resource_type,
        of.resource_id,
        of.data,
        of.prev_hash,
        of.hash,
    )
    before: str | None = None
    for row in connection.execute(select(*columns).order_by(of.device_seq)):
        try:
            data = orjson.loads(row.data)
        except orjson.JSONDecodeError:
            whole = False
        else:
            content = content_hash(row.operation, row.resource_type, row.resource_id, data)
            whole = row.hash == chain_hash(row.prev_hash, row.id, row.device_seq, content)
        if not whole or before not in (None, row.prev_hash):
            return _look(
                "numbering",
                f"The chain of this till's entries is broken at number {row.device_seq}. If this till was "
                "never salvaged, its data was changed by something else.",
            )
        before = row.hash
    return _ok("numbering", "Every entry is there, in its place, as it was written.")


def _credentials(home: Home) -> tuple[Credentials | None, Finding]:
    try:
        secret = credentials.load(home)
    except StoreError as error:
        return None, _broken("credentials", str(error))
    if secret is None:
        return None, _broken("credentials", "There are none: this folder was never enrolled.")
    if secret.key_in_file:
        return secret, _look("credentials", attention_in_words(Attention(AttentionCode.KEY_IN_FILE)))
    return secret, _ok("credentials", "Their key is in this system's keyring.")


# --- the server --------------------------------------------------------------------------------------


def _encryption(device: DeviceIdentity) -> Finding:
    if is_plain(device.server_url):
        return _look("encryption", plain_in_words(device.server_url))
    return _ok("encryption", "What this till sends cannot be read on the way.")


async def _server(
    transport: Transport, device: DeviceIdentity, secret: Credentials | None, clock: Clock
) -> AsyncIterator[Finding]:
    try:
        await transport.request("GET", paths.LIVE)
    except SyncError as error:
        yield _broken("server", f"{error}. The till goes on selling; look at the network and the address.")
        return
    yield _ok("server", f"Our server answers at {device.server_url}.")
    if secret is None:
        return
    try:
        given = await transport.request(
            "POST", paths.REFRESH, body=RefreshRequest(refresh_token=secret.device_token).to_wire()
        )
        token = RefreshAnswer.model_validate(given).access_token
        before_ms = clock.now_ms()
        pong = Pong.model_validate(await transport.request("POST", paths.PING, body={}, token=token))
    except AuthError:
        yield _broken(
            "sign-in", "The server does not want this till any more. Enroll it again (enroll --again)."
        )
    except (SyncError, ValidationError) as error:
        yield _broken("sign-in", f"The server answered, and could not be understood: {error}.")
    else:
        yield _ok("sign-in", "The server knows this till.")
        yield _clock(to_ms(pong.server_time) - (before_ms + clock.now_ms()) // 2)


def _clock(off_ms: int) -> Finding:
    if abs(off_ms) > CLOCK_OFF_MS:
        way = "behind" if off_ms > 0 else "ahead"
        return _look("clock", f"This machine's clock is {abs(off_ms) // 60_000} minutes {way}. Set it right.")
    return _ok("clock", "It agrees with the server's.")
