"""The command line of `evertill server` and `python -m server_stub`: serving, and administration.

Without a command it serves. Refusals are printed on stderr with exit code 2; 1 is the result of a check that
found something.
"""

import argparse
import asyncio
import getpass
import ipaddress
import os
import ssl
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from alembic.util import CommandError
from platformdirs import user_data_path
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from server_stub.cli import administration
from server_stub.cli.administration import NewTenant, Refused
from server_stub.clock import SystemClock, TimeOrderedIds
from server_stub.errors import Refusal
from server_stub.monitoring import logs
from server_stub.run import in_words, serve, set_up_code
from server_stub.services import audit
from server_stub.services.people import enrolment, enrolment_codes
from server_stub.sessions.access_tokens import UnusableSecret
from server_stub.settings import RateLimits, Settings, UnsafeSettings, refuse_unprotected_listener
from server_stub.store.database import Database
from server_stub.store.home import prepare_home
from server_stub.store.migrations import SchemaNotReady, make_ready, migrate, newest
from sync_agent import private_files
from sync_agent.contract.operations import ResultStatus
from sync_agent.contract.outbox_export import BadExport, read_export, read_file, read_header
from sync_agent.contract.text import escaped
from sync_agent.contract.wire import format_time

log = structlog.get_logger()

EXIT_BROKEN, EXIT_REFUSED = 1, 2
_DEFAULTS = Settings(home=Path())
_SECRET_BYTES_MIN = 32


def main(argv: Sequence[str] | None = None) -> int:
    private_files.begin()
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments and arguments[0] in _COMMANDS:
        add_flags, run = _COMMANDS[arguments[0]]
        parser = argparse.ArgumentParser(
            prog=f"evertill server {arguments[0]}",
            description=run.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        _add_place(parser)
        add_flags(parser)
        parsed = parser.parse_args(arguments[1:])
    else:
        run, parsed = _serve, serving_parser().parse_args(arguments)
    try:
        return run(parsed)
    except KeyboardInterrupt:
        return 130
    except (Refused, Refusal, UnsafeSettings, UnusableSecret, SchemaNotReady, OSError) as error:
        return _refuse(str(error))
    except UnicodeEncodeError:
        return _refuse("an argument has bytes that are no text in this terminal's encoding")
    except (CommandError, SQLAlchemyError, ModuleNotFoundError) as error:
        return _refuse(_what_is_wrong_with_the_database(error))


def _what_is_wrong_with_the_database(error: Exception) -> str:
    match error:
        case DBAPIError(orig=orig):
            return f"the database says: {str(orig).strip()}"
        case ModuleNotFoundError(name=name) if name in _OPTIONAL:
            return f"{name} is not installed; it comes with: pip install 'evertill[scale]'"
        case CommandError():
            return f"this release cannot bring the database up to date: {error}"
        case SQLAlchemyError():
            return f"--database: {error}"
    raise error


_OPTIONAL = ("psycopg", "redis")


def _refuse(why: str) -> int:
    sys.stderr.write(f"evertill server: {escaped(str(why))}\n")
    return EXIT_REFUSED


def _prepare_home(settings: Settings) -> None:
    for words in prepare_home(settings.home):
        _warn(words)


def _warn(words: str) -> None:
    sys.stderr.write(f"evertill server: warning: {escaped(words)}\n")


def _say(words: str) -> None:
    sys.stdout.write(f"{escaped(words)}\n")


# --- serving ---------------------------------------------------------------------------------------------


def serving_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="evertill server",
        description="Run the server that the tills of a shop share.",
        epilog="commands (each with --help of its own):\n"
        + "\n".join(f"  {name:14} {_summary(run)}" for name, (_flags, run) in _COMMANDS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_place(parser)
    parser.add_argument("--demo-data", action="store_true", help="make the shops `demo` and `rival`")
    _add_listener_flags(parser)
    _add_limits(parser)
    _add_tries(parser)
    _add_monitoring_flags(parser)
    return parser


def _summary(run: Callable[..., int]) -> str:
    return (run.__doc__ or "").splitlines()[0]


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--home",
        type=Path,
        default=user_data_path("evertill") / "server",
        metavar="DIR",
        help="where the database and the secret live, made if absent (%(default)s)",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="an SQLAlchemy URL, postgresql://… for PostgreSQL; default: a SQLite file in the home",
    )


def _add_listener_flags(parser: argparse.ArgumentParser) -> None:
    listener = parser.add_argument_group("the door")
    listener.add_argument("--host", default=_DEFAULTS.host, help="the address to listen on (%(default)s)")
    listener.add_argument(
        "--port", type=_whole(0, 65535), default=8765, help="the port; 0 takes a free one (%(default)s)"
    )
    listener.add_argument("--tls-cert", type=Path, metavar="FILE", help="certificate chain, PEM")
    listener.add_argument("--tls-key", type=Path, metavar="FILE", help="its private key, PEM")
    listener.add_argument(
        "--insecure",
        action="store_true",
        help="listen without TLS on other addresses than loopback too: behind a proxy that ends it",
    )
    listener.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="believe this proxy's X-Forwarded-For; may be given again",
    )
    listener.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let pages of this origin talk to the server; may be given again",
    )
    listener.add_argument(
        "--secret-file",
        type=Path,
        metavar="FILE",
        help="the signing secret, the same for all processes of one server; default: a file in the home",
    )
    listener.add_argument("--redis", metavar="URL", help="what joins several processes into one server")


def _add_limits(parser: argparse.ArgumentParser) -> None:
    limits = parser.add_argument_group("how much, how often, how long")
    for flag, least, default, words in (
        ("--feed-window-ms", 0, _DEFAULTS.feed_window_ms, "changes within this time are sent together"),
        ("--feed-changes-max", 1, _DEFAULTS.feed_changes_max, "or as soon as a stream has this many"),
        ("--retention-days", 1, _DEFAULTS.retention_days, "how long changes stay in the streams"),
        (
            "--sign-in-days",
            1,
            _DEFAULTS.sign_in_days,
            "how long a person stays signed in at most, however much it is used",
        ),
        ("--connections-max", 1, _DEFAULTS.connections_max, "sockets of this process"),
        (
            "--connections-per-tenant-max",
            1,
            _DEFAULTS.connections_per_tenant_max,
            "sockets of one tenant, over all processes",
        ),
        (
            "--connections-per-address-max",
            1,
            _DEFAULTS.connections_per_address_max,
            "connections of one address, in IPv6 of one /64",
        ),
    ):
        limits.add_argument(
            flag, type=_whole(least), default=default, metavar="N", help=f"{words} (%(default)s)"
        )


_TRIES = {
    "--tries-a-minute": ("tries_a_minute", "wrong secrets for one account from one address"),
    "--strangers-tries-an-hour": (
        "strangers_tries_an_hour",
        "secrets tried for one account from addresses from which it was never right",
    ),
    "--address-tries-a-minute": (
        "address_tries_a_minute",
        "secrets tried from one address, which many tills may share",
    ),
}


def _add_tries(parser: argparse.ArgumentParser) -> None:
    tries = parser.add_argument_group("passwords and other secrets that are tried")
    for flag, (name, words) in _TRIES.items():
        default = getattr(_DEFAULTS.rate_limits, name)
        tries.add_argument(flag, type=_whole(1), default=default, metavar="N", help=f"{words} (%(default)s)")


def _add_monitoring_flags(parser: argparse.ArgumentParser) -> None:
    watching = parser.add_argument_group("watching it")
    watching.add_argument("--log-level", choices=logs.LEVELS, default="info", help="(%(default)s)")
    watching.add_argument(
        "--metrics-token-file",
        type=Path,
        metavar="FILE",
        help="lets whoever has the token in the file read /metrics; without it nobody does",
    )
    watching.add_argument(
        "--admin-ui",
        metavar="USER:PASSWORDFILE",
        help="let the Socket.IO Admin UI look on, read-only",
    )


def _whole(least: int, most: int = 2**31) -> Callable[[str], int]:
    def whole_number(value: str) -> int:
        number = int(value)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{value} is not from {least} to {most}")
        return number

    return whole_number


def _serve(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments)
    logs.configure(arguments.log_level)
    for path in _secret_files(arguments):
        if private_files.is_open_secret(path):
            log.warning("secret.exposed", what=private_files.open_secret_words(path))
    serve(settings, demo_data=arguments.demo_data)
    return 0


def _secret_files(arguments: argparse.Namespace) -> list[Path]:
    """The files of secrets that are named on the command line. A secret in the home is made private."""
    of_admin_ui = (arguments.admin_ui or "").partition(":")[2]
    named = (arguments.tls_key, arguments.secret_file, arguments.metrics_token_file, of_admin_ui)
    return [Path(path) for path in named if path]


def settings_of(arguments: argparse.Namespace) -> Settings:
    """The settings from the flags, each named file checked. Raises Refused, or UnsafeSettings."""
    for flag, path in (("--tls-cert", arguments.tls_cert), ("--tls-key", arguments.tls_key)):
        if path is not None:
            _read(flag, path)
    secret = arguments.secret_file
    if secret is not None and secret.exists() and len(_read("--secret-file", secret)) < _SECRET_BYTES_MIN:
        raise Refused(f"--secret-file: {secret} has fewer than {_SECRET_BYTES_MIN} bytes")
    settings = Settings(
        home=arguments.home,
        database_url=arguments.database,
        redis_url=_redis_url(arguments.redis),
        secret_path=secret,
        host=arguments.host,
        port=arguments.port,
        tls_cert=arguments.tls_cert,
        tls_key=arguments.tls_key,
        insecure=arguments.insecure,
        trusted_proxies=tuple(_proxy(network) for network in arguments.trusted_proxy),
        metrics_token=_first_line("--metrics-token-file", arguments.metrics_token_file),
        admin_ui=_admin_ui(arguments.admin_ui),
        allowed_origins=tuple(_origin(origin) for origin in arguments.allow_origin),
        feed_window_ms=arguments.feed_window_ms,
        feed_changes_max=arguments.feed_changes_max,
        retention_days=arguments.retention_days,
        sign_in_days=arguments.sign_in_days,
        connections_max=arguments.connections_max,
        connections_per_tenant_max=arguments.connections_per_tenant_max,
        connections_per_address_max=arguments.connections_per_address_max,
        rate_limits=RateLimits(**{name: getattr(arguments, name) for name, _words in _TRIES.values()}),
    )
    refuse_unprotected_listener(settings)
    if settings.tls_cert is not None and settings.tls_key is not None:
        _refuse_unpaired(settings.tls_cert, settings.tls_key)
    return settings


def _refuse_unpaired(cert: Path, key: Path) -> None:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except OSError as error:
        # OpenSSL would prompt for the passphrase of an encrypted key; a server has no terminal for that.
        why = error.reason if isinstance(error, ssl.SSLError) and error.reason else error.strerror
        raise Refused(f"--tls-cert, --tls-key: not a certificate and its key ({why})") from error


def _read(flag: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refused(f"{flag}: {path} cannot be read: {error.strerror}") from error


def _first_line(flag: str, path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        lines = _read(flag, path).decode().splitlines()
    except UnicodeDecodeError as error:
        raise Refused(f"{flag}: {path} is not text") from error
    if not lines or not lines[0]:
        raise Refused(f"{flag}: {path} is empty")
    return lines[0]


def _admin_ui(value: str | None) -> tuple[str, str] | None:
    if value is None:
        return None
    user, _, file = value.partition(":")
    if not user or not file:
        raise Refused("--admin-ui: USER:PASSWORDFILE was expected")
    return user, _first_line("--admin-ui", Path(file)) or ""


def _redis_url(value: str | None) -> str | None:
    if value is not None and not value.startswith(("redis://", "rediss://")):
        raise Refused("--redis: a URL like redis://host:6379/0 was expected, or rediss:// with TLS")
    return value


def _proxy(value: str) -> str:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError as error:
        raise Refused(f"--trusted-proxy: {value} is no address and no network") from error
    return value


def _origin(value: str) -> str:
    parts = urlsplit(value)
    if (
        parts.scheme not in ("http", "https")
        or not parts.netloc
        or value != f"{parts.scheme}://{parts.netloc}"
    ):
        raise Refused(f"--allow-origin: {value} is not like https://till.example")
    return value


# --- commands --------------------------------------------------------------------------------------------


def _add_server_role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--server-role", metavar="NAME", help="PostgreSQL: the role that the server runs under"
    )


def _migrate(arguments: argparse.Namespace) -> int:
    """bring a database to this release's schema

    A SQLite file is brought up to date by the server that opens it; this is for PostgreSQL, where --database
    is the URL of the schema's owner, and --server-role an existing role that may neither change the schema
    nor see past row-level security: CREATE ROLE … LOGIN NOSUPERUSER NOBYPASSRLS.
    """
    settings = _place(arguments)
    if arguments.database is None:
        _prepare_home(settings)
    try:
        migrate(settings.url, server_role=arguments.server_role)
    except ValueError as error:
        raise Refused(str(error)) from error
    _say(f"the schema is {newest()}")
    return 0


def _add_tenant_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", required=True, metavar="ID", help="letters, digits, and . _ : -")
    parser.add_argument("--name", required=True, help="what the shop is called")
    parser.add_argument("--currency", required=True, help="three letters, as EUR")
    parser.add_argument(
        "--location",
        required=True,
        action="append",
        metavar="ID:NAME:TIMEZONE",
        help="a place of the shop, as main:High Street:Europe/London; may be given again",
    )
    parser.add_argument("--admin", required=True, metavar="USERNAME", help="who brings in everybody else")
    parser.add_argument(
        "--password-file", type=Path, metavar="FILE", help="its first line is the admin's; else it is asked"
    )


def _add_tenant(arguments: argparse.Namespace) -> int:
    """make a new shop, with its places and its first admin"""
    if arguments.password_file is not None and private_files.is_open_secret(arguments.password_file):
        _warn(private_files.open_secret_words(arguments.password_file))
    new = NewTenant(
        tenant_id=arguments.tenant,
        name=arguments.name,
        currency=arguments.currency,
        locations=tuple(administration.read_location(location) for location in arguments.location),
        username=arguments.admin,
        password=_first_line("--password-file", arguments.password_file) or _ask_password(arguments.admin),
    )
    with _opened(arguments, may_create=True) as database:
        database.transact(new.tenant_id, partial(administration.add_tenant, new=new))
    _say(f"{new.name} is there; {new.username} signs in to tenant {new.tenant_id}")
    return 0


def _ask_password(username: str) -> str:
    try:
        password = getpass.getpass(f"Password of {username}: ")
        again = getpass.getpass("Once more: ")
    except EOFError as error:
        raise Refused("--password-file: there is nobody to ask for the password") from error
    if password != again:
        raise Refused("the two passwords differ")
    return password


def _add_tenant_flag(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", required=True, metavar="ID")


def _verify_audit(arguments: argparse.Namespace) -> int:
    """prove that a shop's audit trail is whole; exit code 1 if it is not"""
    with _opened(arguments) as database:
        database.consult(arguments.tenant, partial(administration.must_exist, tenant_id=arguments.tenant))
        verdict = asyncio.run(audit.verify(database, arguments.tenant))
    if verdict.whole:
        _say(f"whole: {_lines(verdict.entries)}, the last one's hash is {verdict.head_hash or 'none yet'}")
        return 0
    whole = _lines(verdict.entries)
    _say(f"broken at line {verdict.broken_at}: {verdict.problem}; whole before it: {whole}")
    return EXIT_BROKEN


def _lines(number: int) -> str:
    return "1 line" if number == 1 else f"{number} lines"


def _new_epoch(arguments: argparse.Namespace) -> int:
    """say that a shop's streams begin anew, after a backup was restored

    A restored backup is behind: its streams will give numbers again that tills have seen already, with other
    changes. Run this once after restoring, before the server is started. Every till then offers again what it
    has completed, and starts from a snapshot. Without this the tills notice too, but only those whose last
    change is missing.
    """
    with _opened(arguments) as database:
        database.consult(arguments.tenant, partial(administration.must_exist, tenant_id=arguments.tenant))
        streams = database.transact(arguments.tenant, administration.new_epoch)
    _say(f"a new epoch for {', '.join(streams)}")
    return 0


def _confirm_clock(arguments: argparse.Namespace) -> int:
    """say that this computer's clock is right, after it has jumped

    After a jump of more than a week nothing is pruned until the clock says the same a day later. This says so
    at once; nothing is pruned in the 24 hours after it.
    """
    with _opened(arguments) as database:
        database.consult(arguments.tenant, partial(administration.must_exist, tenant_id=arguments.tenant))
        database.transact(arguments.tenant, administration.confirm_clock)
    _say("the clock is right; pruning goes on in 24 hours")
    return 0


def _add_user_flags(parser: argparse.ArgumentParser) -> None:
    _add_tenant_flag(parser)
    parser.add_argument("--user", required=True, metavar="NAME", help="the user name")


def _reset_second_factor(arguments: argparse.Namespace) -> int:
    """take away a second factor that was lost, where no admin can

    The password alone signs in then, until a new second factor is set up.
    """
    with _opened(arguments) as database:
        database.consult(arguments.tenant, partial(administration.must_exist, tenant_id=arguments.tenant))
        database.transact(
            arguments.tenant, partial(administration.reset_second_factor, username=arguments.user)
        )
    _say(f"{arguments.user} has no second factor any more")
    return 0


def _add_device_flags(parser: argparse.ArgumentParser) -> None:
    _add_tenant_flag(parser)
    parser.add_argument("--device", required=True, metavar="ID")


def _revoke_device(arguments: argparse.Namespace) -> int:
    """end a lost till's credential"""
    with _opened(arguments) as database:
        database.consult(arguments.tenant, partial(administration.must_exist, tenant_id=arguments.tenant))
        row = database.transact(
            arguments.tenant, partial(enrolment.revoke, caller=None, device_id=arguments.device)
        )
    _say(f"{row.name} ({row.id}) is revoked")
    return 0


def _add_export_flags(parser: argparse.ArgumentParser) -> None:
    _add_tenant_flag(parser)
    parser.add_argument("file", type=Path, metavar="PACK")


def _import_outbox(arguments: argparse.Namespace) -> int:
    """take in what a till could not send, from the pack that it exported

    Everything counts as that till's own, whether or not its credential has been ended meanwhile. What was
    received before is answered as such, so it can be done again. The passphrase is asked for, or taken from
    EVERTILL_PASSPHRASE.
    """
    try:
        pack = read_file(arguments.file)
        header = read_header(pack)
        if header.tenant_id != arguments.tenant:
            raise Refused(f"this pack is of the shop {header.tenant_id}")
        passphrase = os.environ.get("EVERTILL_PASSPHRASE") or getpass.getpass("Passphrase of the pack: ")
        export = read_export(pack, passphrase)
    except BadExport as error:
        raise Refused(str(error)) from error
    with _opened(arguments) as database:
        database.consult(arguments.tenant, partial(administration.must_exist, tenant_id=arguments.tenant))
        results = asyncio.run(administration.import_outbox(database, export))
    counts = Counter("already there" if result.repeated else str(result.status) for result in results)
    summary = ", ".join(f"{number} {what}" for what, number in sorted(counts.items()))
    _say(f"{len(results)} entries of {header.till}: {summary or 'none'}")
    for result in results:
        if result.status is ResultStatus.REJECTED:
            _say(f"  refused: {result.id}: {result.error}")
    return EXIT_BROKEN if counts["deferred"] else 0


def _add_place_flags(parser: argparse.ArgumentParser) -> None:
    _add_tenant_flag(parser)
    parser.add_argument("--location", required=True, metavar="ID", help="the place of the till")


def _enrolment_code(arguments: argparse.Namespace) -> int:
    """print a one-time code that enrols one till at a place, within 15 minutes"""
    with _opened(arguments) as database:
        database.consult(arguments.tenant, partial(administration.must_exist, tenant_id=arguments.tenant))
        made = partial(
            enrolment_codes.make,
            caller=None,
            location_id=arguments.location,
            new=enrolment_codes.new_code(),
        )
        code = database.transact(arguments.tenant, made)
    _say(f"{code.code} enrols one till at {arguments.location}, until {format_time(code.expires_at)}")
    return 0


def _add_nothing(_parser: argparse.ArgumentParser) -> None:
    """The command has no flags of its own."""


def _set_up_code(arguments: argparse.Namespace) -> int:
    """print a new code for the first shop of a server that has none; older ones end"""
    with _opened(arguments, may_create=True):
        code = set_up_code(_place(arguments), alone=True)
    if code is None:
        raise Refused("there is a shop already; enrol tills with: evertill server enrolment-code")
    for line in in_words(code).splitlines():
        _say(line)
    return 0


_COMMANDS: dict[
    str, tuple[Callable[[argparse.ArgumentParser], None], Callable[[argparse.Namespace], int]]
] = {
    "migrate": (_add_server_role, _migrate),
    "add-tenant": (_add_tenant_flags, _add_tenant),
    "verify-audit": (_add_tenant_flag, _verify_audit),
    "new-epoch": (_add_tenant_flag, _new_epoch),
    "confirm-clock": (_add_tenant_flag, _confirm_clock),
    "reset-second-factor": (_add_user_flags, _reset_second_factor),
    "set-up-code": (_add_nothing, _set_up_code),
    "enrolment-code": (_add_place_flags, _enrolment_code),
    "revoke-device": (_add_device_flags, _revoke_device),
    "import-outbox": (_add_export_flags, _import_outbox),
}


def _place(arguments: argparse.Namespace) -> Settings:
    return Settings(home=arguments.home, database_url=arguments.database)


@contextmanager
def _opened(arguments: argparse.Namespace, *, may_create: bool = False) -> Iterator[Database]:
    """Opens the database of a server, which may be running."""
    settings = _place(arguments)
    if arguments.database is None:
        if not may_create and not (settings.home / "server.sqlite3").exists():
            raise Refused(f"there is no server's database in {settings.home}")
        _prepare_home(settings)
    logs.configure("error")
    make_ready(settings.url)
    database = Database(settings.url, clock=SystemClock(), ids=TimeOrderedIds(), readers=1)
    try:
        yield database
    finally:
        database.close()
