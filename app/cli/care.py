"""Commands for when something is wrong: doctor, queue, export-outbox, import-outbox."""

import argparse
import asyncio
import os
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from app.cli.arguments import Commands, add_home, command

EXIT_BROKEN = 1


def add_commands(commands: Commands) -> None:
    _add_doctor(commands)
    _add_queue(commands)
    _add_export(commands)
    _add_import(commands)


# --- doctor ------------------------------------------------------------------------------------------


def _add_doctor(commands: Commands) -> None:
    parser = command(
        commands, "doctor", _doctor, "say whether a till is fit to sell and to send, and what to do if not"
    )
    add_home(parser)
    parser.add_argument(
        "--bundle", type=Path, metavar="FILE.zip", help="also write what somebody who helps needs to see"
    )


def _doctor(arguments: argparse.Namespace) -> int:
    from app import diagnosis, support_bundle
    from sync_agent.network.transport import NetworkTransport
    from sync_agent.ports import SystemClock
    from sync_agent.store.home import Home

    home = Home(arguments.home)
    findings = asyncio.run(diagnosis.examine(home, SystemClock(), NetworkTransport))
    for finding in findings:
        print(f"{finding.level:>12}  {finding.what}: {finding.words}")
    if arguments.bundle is not None:
        print(f"Written to {support_bundle.write_bundle(home, findings, arguments.bundle)}")
        print("It holds no names, prices, products, receipts or passwords.")
    return EXIT_BROKEN if any(finding.level is diagnosis.Level.BROKEN for finding in findings) else 0


# --- queue -------------------------------------------------------------------------------------------


def _add_queue(commands: Commands) -> None:
    parser = command(
        commands, "queue", _queue, "list what this till has not sent, or mend what the server refused"
    )
    add_home(parser)
    parser.add_argument("--show", metavar="ID", help="everything about one entry, each attempt too")
    parser.add_argument("--retry", metavar="ID", help="offer a refused entry again as it is")
    parser.add_argument(
        "--edit", nargs=2, metavar=("ID", "FIELD=VALUE"), help="send a refused entry with another value"
    )
    parser.add_argument("--discard", metavar="ID", help="give a refused entry up (with --reason)")
    parser.add_argument("--reason", default="", help="why it is given up")
    parser.add_argument("--user", metavar="NAME", help="the manager who does it")


def _queue(arguments: argparse.Namespace) -> int:
    import orjson

    from app.bootstrap import open_home
    from app.services.people.directory import manager_named
    from app.services.sync import queue, refused

    opened = open_home(arguments.home)
    try:
        till = opened.till()
        if arguments.show:
            _print_details(refused.details(till, arguments.show), till.zone)
        elif arguments.retry:
            asyncio.run(refused.retry(till, arguments.retry))
            print("It is offered again with the next connection.")
        elif arguments.edit:
            operation_id, change = arguments.edit
            name, _, written = change.partition("=")
            try:
                value = orjson.loads(written)
            except orjson.JSONDecodeError:
                value = written
            actor = manager_named(till, arguments.user)
            new_id = asyncio.run(refused.edit_and_send(till, operation_id, {name: value}, actor))
            print(f"Sent anew as {new_id}.")
        elif arguments.discard:
            actor = manager_named(till, arguments.user)
            exported_to = asyncio.run(refused.discard(till, arguments.discard, actor, arguments.reason))
            print(f"Given up. It was exported to {exported_to} first.")
        else:
            for heading, rows in (
                ("Waiting", queue.waiting(till)),
                ("Needs attention", queue.attention(till)),
            ):
                print(f"{heading}: {len(rows)}")
                for row in rows:
                    print(f"  {row.operation_id}  {row.title} · {row.detail}  {row.error or ''}".rstrip())
    finally:
        opened.store.close()
    return 0


def _print_details(entry: "object", zone: ZoneInfo) -> None:
    from app.services.sync.refused import EntryDetails

    assert isinstance(entry, EntryDetails), "the details of one entry"
    print(f"{entry.title} · {entry.detail}\n  {entry.status}  {entry.error or ''}".rstrip())
    for title in entry.waits_for:
        print(f"  waits for: {title}")
    for title in entry.blocks:
        print(f"  holds up: {title}")
    for attempt in entry.attempts:
        at = datetime.fromtimestamp(attempt.began_ms / 1000, zone).strftime("%Y-%m-%d %H:%M:%S")
        said = " ".join(part for part in (attempt.outcome, attempt.code, attempt.detail) if part)
        print(
            f"  {at}  by {attempt.route}: {said or 'the till stopped before it knew'}  ({attempt.request_id})"
        )


# --- export-outbox, import-outbox --------------------------------------------------------------------


def _passphrase() -> str:
    import getpass

    return os.environ.get("EVERTILL_PASSPHRASE") or getpass.getpass("Passphrase of the pack: ")


def _add_export(commands: Commands) -> None:
    parser = command(
        commands, "export-outbox", _export, "write what a till has not sent to an encrypted pack"
    )
    add_home(parser)
    parser.add_argument("--to", type=Path, default=Path("outbox.evertill"), metavar="PACK")
    parser.add_argument("--all", action="store_true", help="what was sent in the last ninety days, too")


def _export(arguments: argparse.Namespace) -> int:
    from app.outbox_export import export_outbox
    from sync_agent.ports import SystemClock
    from sync_agent.store.home import Home

    passphrase = _passphrase()
    if not passphrase:
        raise ValueError("A pack needs a passphrase: whoever has the pack and it can read every sale in it.")
    home = Home(arguments.home)
    count = export_outbox(home, arguments.to, passphrase, SystemClock(), everything=arguments.all)
    print(f"{count} entries are in {arguments.to}. Nothing was changed on the till.")
    print("Import it on another till of the same place (evertill import-outbox), or at the server")
    print("(evertill server import-outbox). Whatever arrives by another way too is counted once.")
    return 0


def _add_import(commands: Commands) -> None:
    parser = command(
        commands,
        "import-outbox",
        _import,
        "send a pack of another till up from this one, in that till's name",
    )
    parser.add_argument("file", type=Path, metavar="PACK")
    add_home(parser)


def _import(arguments: argparse.Namespace) -> int:
    from app.bootstrap import open_home
    from app.outbox_export import ImportReport, import_outbox
    from sync_agent.network.session import Session
    from sync_agent.network.transport import NetworkTransport
    from sync_agent.ports import SystemClock
    from sync_agent.store.device import NotEnrolled

    pack = arguments.file.read_bytes()
    opened = open_home(arguments.home)

    async def send() -> ImportReport:
        if opened.credentials is None:
            raise NotEnrolled("This till is not enrolled yet.")
        transport = NetworkTransport(opened.server_url)
        session = Session(transport, opened.credentials, SystemClock())
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
        print(f"{count:6} {status}")
    print(f"{report.already_there:6} of them were there already")
    for what, why in report.refused:
        print(f"  refused: {what}: {why}")
    if not report.is_complete:
        print("The server put some off. Run this again in a while; nothing is counted twice.")
    return 0 if report.is_complete else EXIT_BROKEN
