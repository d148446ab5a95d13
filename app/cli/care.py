"""Commands to diagnose and repair a till: doctor, queue, export-outbox, import-outbox, signed-out."""

import argparse
import asyncio
import os
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from app.cli.arguments import ASKS_FOR_PIN, Commands, add_home, command
from app.domain.rights import Right
from app.terminal import say

EXIT_BROKEN = 1


def add_commands(commands: Commands) -> None:
    _add_doctor(commands)
    _add_queue(commands)
    _add_export(commands)
    _add_import(commands)
    _add_signed_out(commands)


# --- doctor ------------------------------------------------------------------------------------------


def _add_doctor(commands: Commands) -> None:
    parser = command(
        commands, "doctor", _doctor, "check whether a till can sell and send, and say what to do if not"
    )
    add_home(parser)
    parser.add_argument("--bundle", type=Path, metavar="FILE.zip", help="also write a support bundle")


def _doctor(arguments: argparse.Namespace) -> int:
    from app import diagnosis, support_bundle
    from sync_agent.network.transport import NetworkTransport
    from sync_agent.ports import SystemClock
    from sync_agent.store.home import Home

    home = Home(arguments.home)
    findings = asyncio.run(diagnosis.examine(home, SystemClock(), NetworkTransport))
    for finding in findings:
        say(f"{finding.level:>12}  {finding.what}: {finding.words}")
    if arguments.bundle is not None:
        say(f"Written to {support_bundle.write_bundle(home, findings, arguments.bundle)}")
        say("It holds no names, prices, products, receipts or passwords.")
    return EXIT_BROKEN if any(finding.level is diagnosis.Level.BROKEN for finding in findings) else 0


# --- queue -------------------------------------------------------------------------------------------


def _add_queue(commands: Commands) -> None:
    parser = command(commands, "queue", _queue, "list unsent entries; retry, edit or discard refused ones")
    add_home(parser)
    parser.add_argument("--show", metavar="ID", help="show one entry and its attempts")
    parser.add_argument("--retry", metavar="ID", help="send a refused entry again unchanged")
    parser.add_argument(
        "--edit", nargs=2, metavar=("ID", "FIELD=VALUE"), help="send a refused entry with another value"
    )
    parser.add_argument("--discard", metavar="ID", help="discard a refused entry (with --reason)")
    parser.add_argument("--reason", default="", help="why it is discarded")
    parser.add_argument("--user", metavar="NAME", help="who edits or discards it")
    parser.epilog = ASKS_FOR_PIN


def _queue(arguments: argparse.Namespace) -> int:
    import orjson

    from app.bootstrap import open_home
    from app.cli.acting import signed_in
    from app.services.sync import queue, refused

    opened = open_home(arguments.home)
    try:
        till = opened.till()
        if arguments.show:
            _print_details(refused.details(till, arguments.show), till.zone)
        elif arguments.retry:
            asyncio.run(refused.retry(till, arguments.retry))
            say("It will be sent again at the next connection.")
        elif arguments.edit:
            operation_id, change = arguments.edit
            name, _, written = change.partition("=")
            try:
                value = orjson.loads(written)
            except orjson.JSONDecodeError:
                value = written
            actor = signed_in(opened, arguments.user, *refused.rights_to_edit(till, operation_id))
            new_id = asyncio.run(refused.edit_and_send(till, operation_id, {name: value}, actor))
            say(f"Sent anew as {new_id}.")
        elif arguments.discard:
            actor = signed_in(opened, arguments.user, Right.DISCARD_ENTRY)
            exported_to = asyncio.run(refused.discard(till, arguments.discard, actor, arguments.reason))
            say(f"Discarded. It was exported to {exported_to} first.")
        else:
            for heading, rows in (
                ("Waiting", queue.waiting(till)),
                ("Needs attention", queue.attention(till)),
            ):
                say(f"{heading}: {len(rows)}")
                for row in rows:
                    say(f"  {row.operation_id}  {row.title} · {row.detail}  {row.error or ''}".rstrip())
    finally:
        opened.store.close()
    return 0


def _print_details(entry: "object", zone: ZoneInfo) -> None:
    from app.services.sync.refused import EntryDetails

    assert isinstance(entry, EntryDetails), "the details of one entry"
    say(f"{entry.title} · {entry.detail}")
    say(f"  {entry.status}  {entry.error or ''}".rstrip())
    for title in entry.waits_for:
        say(f"  waits for: {title}")
    for title in entry.blocks:
        say(f"  blocks: {title}")
    for attempt in entry.attempts:
        at = datetime.fromtimestamp(attempt.began_ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
        said = " ".join(part for part in (attempt.outcome, attempt.code, attempt.detail) if part)
        say(f"  {at}  by {attempt.route}: {said or 'no answer'}  ({attempt.request_id})")


# --- export-outbox, import-outbox --------------------------------------------------------------------


def _passphrase() -> str:
    import getpass

    return os.environ.get("EVERTILL_PASSPHRASE") or getpass.getpass("Passphrase of the pack: ")


def _new_passphrase() -> str:
    """A passphrase for a new pack: typed twice, as nobody can read a pack with a wrong one."""
    import getpass

    from sync_agent.contract.outbox_export import must_be_strong

    passphrase = _passphrase()
    must_be_strong(passphrase)
    if "EVERTILL_PASSPHRASE" not in os.environ and getpass.getpass("Once more: ") != passphrase:
        raise ValueError("The two passphrases differ.")
    return passphrase


def _add_export(commands: Commands) -> None:
    parser = command(commands, "export-outbox", _export, "write a till's unsent entries to an encrypted pack")
    add_home(parser)
    parser.add_argument("--to", type=Path, default=Path("outbox.evertill"), metavar="PACK")
    parser.add_argument("--all", action="store_true", help="also what was sent in the last ninety days")


def _export(arguments: argparse.Namespace) -> int:
    from app.outbox_export import export_outbox
    from sync_agent.ports import SystemClock
    from sync_agent.store.home import Home

    passphrase = _new_passphrase()
    home = Home(arguments.home)
    count = export_outbox(home, arguments.to, passphrase, SystemClock(), everything=arguments.all)
    say(f"{count} entries are in {arguments.to}. Nothing was changed on the till.")
    say("Import it on another till of the same place (evertill import-outbox), or at the server")
    say("(evertill server import-outbox). An entry that also arrives by another route counts once.")
    return 0


def _add_import(commands: Commands) -> None:
    parser = command(
        commands,
        "import-outbox",
        _import,
        "send another till's pack from this till, in the other's name",
    )
    parser.add_argument("file", type=Path, metavar="PACK")
    add_home(parser)


def _import(arguments: argparse.Namespace) -> int:
    from app.bootstrap import open_home
    from app.outbox_export import ImportReport, import_outbox
    from sync_agent import credentials
    from sync_agent.contract.outbox_export import read_file
    from sync_agent.network.session import Session
    from sync_agent.network.transport import NetworkTransport
    from sync_agent.ports import SystemClock
    from sync_agent.store.device import NotEnrolled

    pack = read_file(arguments.file)
    opened = open_home(arguments.home)

    async def send() -> ImportReport:
        if opened.credentials is None:
            raise NotEnrolled("This till is not enrolled yet.")
        transport = NetworkTransport(opened.server_url, insecure=opened.may_be_read)
        rotate = partial(credentials.rotate, opened.store.home)
        session = Session(transport, opened.credentials, SystemClock(), rotate=rotate)
        try:
            return await import_outbox(
                pack, _passphrase(), opened.till().device, transport, session, opened.ids
            )
        finally:
            await transport.close()

    try:
        report = asyncio.run(send())
    finally:
        opened.store.close()
    for status, count in sorted(report.by_status.items()):
        say(f"{count:6} {status}")
    say(f"{report.already_there:6} of them were there already")
    for what, why in report.refused:
        say(f"  refused: {what}: {why}")
    if not report.is_complete:
        say("The server put some off. Run this again in a while; nothing is counted twice.")
    return 0 if report.is_complete else EXIT_BROKEN


# --- signed-out --------------------------------------------------------------------------------------


def _add_signed_out(commands: Commands) -> None:
    parser = command(
        commands,
        "signed-out",
        _signed_out,
        "tell the servers of tills that were signed out here, and list those that could not be told",
    )
    add_home(parser)


def _signed_out(arguments: argparse.Namespace) -> int:
    from sync_agent.farewell import tell_servers
    from sync_agent.network.transport import NetworkTransport
    from sync_agent.ports import SystemClock
    from sync_agent.store.home import Home

    def connect(url: str, insecure: bool) -> NetworkTransport:
        return NetworkTransport(url, insecure=insecure)

    left = asyncio.run(tell_servers(Home(arguments.home), connect, SystemClock()))
    for till in left:
        say(f"{till.device.name} of {till.device.tenant_name}: {till.device.server_url} was not told.")
        say(f"  A manager ends it at the server, or whoever runs that enters: {till.revoke_command}")
    if not left:
        say("Every server knows of the tills that were signed out here.")
    return EXIT_BROKEN if left else 0
