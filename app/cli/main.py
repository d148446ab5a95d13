"""The `evertill` command. Each subcommand imports its modules when called, Qt and the server included."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import care, second_factor
from app.cli.arguments import ASKS_FOR_PIN, ASKS_FOR_SIGN_IN, Commands, add_home, command
from app.domain.errors import DomainError
from app.domain.rights import Right
from app.terminal import escaped, say
from sync_agent import private_files
from sync_agent.contract.codes import ErrorCode
from sync_agent.errors import AuthError, StoreError, SyncError

if TYPE_CHECKING:
    from app.bootstrap import OpenHome
    from app.catalogue_import import ImportReport
    from sync_agent.network.transport import NetworkTransport

DEFAULT_PORT = 8765
DEFAULT_SERVER = f"http://127.0.0.1:{DEFAULT_PORT}"
EXIT_REFUSED = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command. Returns 0 on success, 2 where it was refused, with the reason on stderr."""
    private_files.begin()
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["server"]:
        # The server parses its own flags: it is a separate program in the same package.
        from server_stub.cli.main import main as serve

        return serve(arguments[1:])
    parsed = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return run(parsed)
    except (DomainError, StoreError, SyncError, OSError, ValueError) as error:
        say(f"evertill: {' '.join(str(error).split())}", is_error=True)
        return EXIT_REFUSED
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evertill", description="An offline-first till, its sync agent and its server."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("server", help="run the server that the tills of a shop share (see: server --help)")
    _add_till(commands)
    _add_agent(commands)
    _add_enroll(commands)
    second_factor.add_command(commands, DEFAULT_SERVER)
    _add_import(commands)
    _add_replay(commands)
    _add_demo(commands)
    care.add_commands(commands)
    return parser


# --- till, agent, enroll -----------------------------------------------------------------------------


def _add_till(commands: Commands) -> None:
    parser = command(commands, "till", _till, "open the till's window")
    add_home(parser)
    parser.add_argument(
        "--server",
        default=DEFAULT_SERVER,
        metavar="URL",
        help="offered when the till is enrolled (%(default)s)",
    )


def _till(arguments: argparse.Namespace) -> int:
    import gc

    # Imported modules are never garbage: collecting during imports costs a tenth of the start-up. The window
    # collects later (app/ui/window/garbage.py).
    gc.disable()
    from app.bootstrap import run_window

    return run_window(arguments.home, arguments.server)


def _add_agent(commands: Commands) -> None:
    parser = command(commands, "agent", _agent, "send and follow without a window, until stopped")
    add_home(parser)


def _agent(arguments: argparse.Namespace) -> int:
    from app.bootstrap import run_headless

    def print_event(event: object) -> None:
        say(str(event))

    asyncio.run(run_headless(arguments.home, emit=print_event))
    return 0


def _add_enroll(commands: Commands) -> None:
    parser = command(commands, "enroll", _enroll, "make a folder a till of a shop, without a window")
    add_home(parser)
    parser.add_argument("--server", default=DEFAULT_SERVER, metavar="URL")
    parser.add_argument(
        "--code",
        action="store_true",
        help="by a manager's one-time code, which is asked for (or in EVERTILL_CODE); needs no --tenant, "
        "--user and --location",
    )
    parser.add_argument("--tenant", metavar="ID", help="the shop")
    parser.add_argument("--user", metavar="NAME", help="a manager of the shop")
    parser.add_argument("--location", metavar="ID")
    parser.add_argument(
        "--insecure",
        action="store_true",
        help="send password and sales without encryption, to an http:// address of another computer",
    )
    parser.add_argument("--name", required=True, help="what this till is called")
    parser.add_argument(
        "--again",
        action="store_true",
        help="a till already, which the server does not want any more: a new identity, the same unsent work",
    )
    parser.epilog = ASKS_FOR_SIGN_IN


def _code(user: str) -> str:
    return input(f"Code of {user}, from the authenticator app, or a recovery code: ").strip()


def _password(user: str) -> str:
    import getpass

    return os.environ.get("EVERTILL_PASSWORD") or getpass.getpass(f"Password of {user}: ")


def _enroll(arguments: argparse.Namespace) -> int:
    from app.bootstrap import open_home, to_server
    from app.services.sync.agent_words import plain_in_words
    from sync_agent.server_address import is_plain

    if not arguments.code:
        _must_be_given(arguments, "tenant", "user", "location")

    async def enroll() -> None:
        opened = open_home(arguments.home)
        try:
            if opened.is_enrolled and not arguments.again:
                raise ValueError(f"{arguments.home} is a till already; with --again it gets a new identity.")
            async with to_server(arguments.server, insecure=arguments.insecure) as transport:
                by = _enroll_by_code if arguments.code else _enroll_by_password
                enrolled = await by(opened, transport, arguments)
            if is_plain(transport.server_url):
                say(f"evertill: {plain_in_words(transport.server_url)}", is_error=True)
            device = enrolled.till().device
            say(f"{device.name} is a till of {device.tenant_name} now.")
            say(f"Its receipts are {device.receipt_series}-000001 and so on.")
        finally:
            opened.store.close()

    asyncio.run(enroll())
    return 0


def _must_be_given(arguments: argparse.Namespace, *names: str) -> None:
    missing = [f"--{name}" for name in names if not getattr(arguments, name)]
    if missing:
        raise ValueError(f"{', '.join(missing)}: needed, unless the till is enrolled by a code (--code)")


async def _enroll_by_code(
    opened: "OpenHome", transport: "NetworkTransport", arguments: argparse.Namespace
) -> "OpenHome":
    """Not from the arguments: other people of this computer read those."""
    import getpass

    from sync_agent.enrolment import look_up_or_repeat
    from sync_agent.enrolment_forms import CodeEnrolment

    code = os.environ.get("EVERTILL_CODE") or getpass.getpass("Code: ")
    offer = await look_up_or_repeat(opened.store, transport, code)
    if offer is not None:
        if offer.tenant is None or offer.location is None:
            raise ValueError("this code makes a server's first shop, in the window: evertill till")
        say(f"A till of {offer.tenant.name}, {offer.location.name}, at {transport.server_url}.")
        if not _is_right():
            raise ValueError("nothing was enrolled; the code is as it was")
    return await opened.enroll_by_code(
        transport, CodeEnrolment(transport.server_url, code, arguments.name, arguments.insecure)
    )


def _is_right() -> bool:
    """Nothing but this command runs here, so it may wait for a person; a script has nobody to ask."""
    return not sys.stdin.isatty() or input("Is that right? [y/N] ").strip().lower() in ("y", "yes")


async def _enroll_by_password(
    opened: "OpenHome", transport: "NetworkTransport", arguments: argparse.Namespace
) -> "OpenHome":
    from sync_agent.enrolment_forms import Enrolment

    enrolment = Enrolment(
        server_url=transport.server_url,
        tenant_id=arguments.tenant,
        username=arguments.user,
        password=_password(arguments.user),
        location_id=arguments.location,
        till_name=arguments.name,
        insecure=arguments.insecure,
    )
    try:
        return await opened.enroll(transport, enrolment)
    except AuthError as error:
        if error.code != ErrorCode.SECOND_FACTOR_NEEDED:
            raise
        return await opened.enroll(transport, replace(enrolment, code=_code(arguments.user)))


# --- import-catalogue --------------------------------------------------------------------------------


def _add_import(commands: Commands) -> None:
    parser = command(
        commands,
        "import-catalogue",
        _import_catalogue,
        "add the products of a CSV file to an enrolled till's shop",
    )
    parser.add_argument("file", type=Path, metavar="FILE.csv[.xz]")
    add_home(parser)
    parser.add_argument(
        "--user", metavar="NAME", help="the manager who adds them (needed where the shop has several)"
    )
    parser.epilog = ASKS_FOR_PIN
    for name in ("barcode", "name", "sku", "price", "tax", "unit"):
        parser.add_argument(f"--{name}", metavar="COLUMN", help=f"the column that holds the {name}")
    parser.add_argument("--delimiter", help="found out by itself where it is not given")
    parser.add_argument("--encoding", default="utf-8", help="of the file (%(default)s)")
    parser.add_argument(
        "--decimal", default=".", choices=[".", ","], help="decimal mark of prices (%(default)s)"
    )
    parser.add_argument(
        "--refused", type=Path, metavar="OUT.csv", help="where refused rows go (beside the file's name, here)"
    )


def _import_catalogue(arguments: argparse.Namespace) -> int:
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from app import catalogue_import
    from app.bootstrap import open_home
    from app.cli.acting import signed_in

    columns = catalogue_import.ColumnMap(
        **{name: getattr(arguments, name) for name in ("barcode", "name", "sku", "price", "tax", "unit")}
    )
    opened = open_home(arguments.home)
    try:
        till = opened.till()
        actor = signed_in(opened, arguments.user, Right.EDIT_PRODUCT)
        rows = catalogue_import.read_catalogue(
            arguments.file,
            columns,
            delimiter=arguments.delimiter,
            encoding=arguments.encoding,
            decimal=arguments.decimal,
            currency=till.device.currency,
        )
        with Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
        ) as bar:
            task = bar.add_task(
                escape(escaped(arguments.file.name)),
                total=max(0, catalogue_import.line_count(arguments.file) - 1),
            )
            report = asyncio.run(
                catalogue_import.import_catalogue(
                    till, rows, actor.id, progress=lambda read: bar.update(task, completed=read)
                )
            )
            bar.update(task, total=report.read, completed=report.read)
    finally:
        opened.store.close()
    _print_import(report, arguments.refused or Path(f"{arguments.file.name}.refused.csv"))
    return 0


def _print_import(report: "ImportReport", refused_to: Path) -> None:
    import io

    from app.domain.spreadsheet import write_rows

    say(
        f"{report.read:,} rows read: {report.added:,} products added, {report.already_there:,} already there,"
    )
    say(f"{len(report.refused):,} refused; {report.cleaned:,} names were tidied up.")
    if report.added:
        say("They can be sold at this till now, and go to the server by themselves.")
    if report.refused:
        written = io.StringIO(newline="")
        write_rows(written, [("line", "reason", "row")])
        write_rows(written, ((row.line, row.reason, row.raw) for row in report.refused))
        private_files.write(refused_to, written.getvalue().encode())
        for row in report.refused[:5]:
            say(f"  line {row.line}: {row.reason}")
        say(f"All refused rows, with line number and reason: {refused_to}")


# --- replay ------------------------------------------------------------------------------------------


def _add_replay(commands: Commands) -> None:
    parser = command(commands, "replay", _replay, "sell a real shop's history on several headless tills")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--server", default=DEFAULT_SERVER, metavar="URL")
    parser.add_argument("--tills", type=int, default=4, metavar="N")
    parser.add_argument("--from", dest="from_date", type=date.fromisoformat, metavar="DATE")
    parser.add_argument("--to", dest="to_date", type=date.fromisoformat, metavar="DATE", help="inclusive")
    parser.add_argument(
        "--outages",
        default="",
        metavar="SPEC",
        help="cut:200-450 for every till, 2:cut:20-60 for one; commas between",
    )
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--report", type=Path, required=True, metavar="OUT.json")
    parser.add_argument("--tenant", default="demo", metavar="ID")
    parser.add_argument("--user", default="alice", metavar="NAME", help="a manager (%(default)s)")
    parser.add_argument("--location", default="main", metavar="ID")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep the tills' folders here")
    parser.epilog = "The manager's password is taken from EVERTILL_PASSWORD, else it is the demonstration's."


def _replay(arguments: argparse.Namespace) -> int:
    from app.replay.run import run_replay

    return run_replay(arguments, os.environ.get("EVERTILL_PASSWORD", "evertill-demo"))


# --- demo --------------------------------------------------------------------------------------------


def _add_demo(commands: Commands) -> None:
    parser = command(commands, "demo", _demo, "watch two tills sell through an outage and settle a conflict")
    parser.add_argument("--pictures", type=Path, default=Path("build/demo"), metavar="DIR")


def _demo(arguments: argparse.Namespace) -> int:
    from app.demo import run_demo

    return run_demo(arguments.pictures)
