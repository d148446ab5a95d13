"""The command line: what it refuses and in which words, and the commands beside serving."""

import getpass
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.cli import main as evertill
from server_stub.cli import main as cli
from server_stub.cli.main import main
from server_stub.settings import RateLimits, Settings
from sync_agent.store.replica.cursors import epoch_of
from tests.kit.postgresql import SERVER_ROLE
from tests.kit.servers import open_shop
from tests.kit.waiting import WAIT_S
from tests.kit.world import World

PASSWORD = "of-at-least-ten"


pytestmark = pytest.mark.usefixtures("logs_stay_as_they_are")


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text(f"{PASSWORD}\nnot this\n")
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def acme(home: Path, password_file: Path) -> Path:
    """The home of a server with one shop."""
    assert main(add_tenant(home, password_file)) == 0
    return home


def add_tenant(home: Path, password_file: Path, **changed: str) -> list[str]:
    told = {
        "tenant": "acme",
        "name": "Acme",
        "currency": "EUR",
        "location": "main:Ladenstraße: hinten:Europe/Berlin",
        "admin": "root",
        "password-file": str(password_file),
        **changed,
    }
    flags = [part for name, value in told.items() for part in (f"--{name}", value)]
    return ["add-tenant", "--home", str(home), *flags]


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(home / "server.sqlite3")
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def run(*arguments: str | Path, **options: Any) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "server_stub", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
        **options,
    )


# --- serving ---------------------------------------------------------------------------------------------


def test_it_says_where_it_listens_first_and_ends_well(home: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "server_stub",
        "--home",
        str(home),
        "--port",
        "0",
        "--log-level",
        "error",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            said, _, url = server.stdout.readline().strip().rpartition(" ")
            assert said == "listening on"
            assert server.stdout.readline().startswith("no shop yet; set-up code: ")
            assert server.stdout.readline().startswith("type it in the window of the first till")
            assert httpx.get(f"{url}/livez", trust_env=False).json()["success"] is True
        finally:
            server.send_signal(signal.SIGTERM)
            out, errors = server.communicate(timeout=WAIT_S)
    assert (server.returncode, out, errors) == (0, "", "")


def test_the_evertill_command_has_the_same_server_in_it(acme: Path) -> None:
    assert evertill(["server", "verify-audit", "--home", str(acme), "--tenant", "acme"]) == 0


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    for command in ("migrate", "add-tenant", "verify-audit", "new-epoch", "revoke-device"):
        assert command in said


def test_every_flag_arrives_in_the_settings(home: Path, tmp_path: Path, password_file: Path) -> None:
    secret, token = tmp_path / "secret", tmp_path / "token"
    secret.write_bytes(b"x" * 32)
    token.write_text("let me read\n")
    settings = cli.settings_of(
        cli.serving_parser().parse_args(
            [
                *("--home", str(home), "--database", "postgresql://db/x", "--redis", "redis://cache/0"),
                *("--host", "192.0.2.1", "--insecure", "--port", "0", "--secret-file", str(secret)),
                *("--trusted-proxy", "10.0.0.1", "--trusted-proxy", "10.1.0.0/16"),
                *("--allow-origin", "https://a.example", "--allow-origin", "http://b.example:8080"),
                *("--metrics-token-file", str(token), "--admin-ui", f"ops:{password_file}"),
                *("--feed-window-ms", "5", "--feed-changes-max", "7", "--retention-days", "9"),
                *("--connections-max", "11", "--connections-per-tenant-max", "3"),
                *("--connections-per-address-max", "2"),
                *("--tries-a-minute", "7", "--strangers-tries-an-hour", "50"),
                *("--address-tries-a-minute", "300", "--second-factors-an-hour", "12"),
            ]
        )
    )
    assert settings == Settings(
        home=home,
        database_url="postgresql://db/x",
        redis_url="redis://cache/0",
        secret_path=secret,
        host="192.0.2.1",
        port=0,
        insecure=True,
        trusted_proxies=("10.0.0.1", "10.1.0.0/16"),
        allowed_origins=("https://a.example", "http://b.example:8080"),
        metrics_token="let me read",
        admin_ui=("ops", PASSWORD),
        feed_window_ms=5,
        feed_changes_max=7,
        retention_days=9,
        connections_max=11,
        connections_per_tenant_max=3,
        connections_per_address_max=2,
        rate_limits=RateLimits(
            tries_a_minute=7,
            strangers_tries_an_hour=50,
            address_tries_a_minute=300,
            second_factors_an_hour=12,
        ),
    )


def test_without_flags_the_settings_are_the_defaults(home: Path) -> None:
    told = cli.serving_parser().parse_args(["--home", str(home)])
    assert cli.settings_of(told) == Settings(home=home, port=8765)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--host", "0.0.0.0"), "(--insecure)"),  # noqa: S104
        (("--host", "192.0.2.1"), "without TLS"),
        (("--tls-cert", "{file}"), "both"),
        (("--tls-key", "{file}"), "both"),
        (("--tls-cert", "{none}", "--tls-key", "{file}"), "--tls-cert: {none} cannot be read"),
        (("--tls-cert", "{file}", "--tls-key", "{none}"), "--tls-key: {none} cannot be read"),
        (("--tls-cert", "{file}", "--tls-key", "{folder}"), "--tls-key: {folder} cannot be read"),
        (("--secret-file", "{folder}"), "--secret-file: {folder} cannot be read"),
        (("--secret-file", "{file}"), "fewer than 32 bytes"),
        (("--metrics-token-file", "{none}"), "--metrics-token-file: {none} cannot be read"),
        (("--metrics-token-file", "{empty}"), "--metrics-token-file: {empty} is empty"),
        (("--metrics-token-file", "{binary}"), "--metrics-token-file: {binary} is not text"),
        (("--admin-ui", "ops"), "USER:PASSWORDFILE"),
        (("--admin-ui", "ops:{none}"), "--admin-ui: {none} cannot be read"),
        (
            ("--tls-cert", "{file}", "--tls-key", "{file}"),
            "--tls-cert, --tls-key: not a certificate and its key (",
        ),
        (("--redis", "localhost"), "redis://"),
        (("--redis", "unix:///run/redis.sock"), "redis://"),
        (("--trusted-proxy", "proxy"), "no address"),
        (("--allow-origin", "till.example"), "https://till.example"),
        (("--allow-origin", "https://till.example/path"), "https://till.example"),
        (("--database", "nonsense"), "--database"),
        (("--database", "sqlite:////no/such/folder/x.sqlite3"), "unable to open database file"),
    ],
)
def test_what_cannot_be_served_is_refused_in_words(
    home: Path, tmp_path: Path, flags: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {name: tmp_path / name for name in ("file", "none", "folder", "empty", "binary")}
    places["file"].write_text("something\n")
    places["folder"].mkdir()
    places["empty"].write_text("\n")
    places["binary"].write_bytes(b"\xff\xfe\x00")
    given = [flag.format(**places) for flag in flags]
    assert main(["--home", str(home), "--port", "0", *given]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("evertill server: ")
    assert words.format(**places) in said.err


@pytest.mark.parametrize(
    "flags", [("--port", "70000"), ("--retention-days", "0"), ("--connections-max", "many"), ("serv",)]
)
def test_a_wrong_flag_is_told_with_the_usage(
    flags: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(flags))
    assert ended.value.code == 2
    assert "usage: evertill server" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(home: Path) -> None:
    first = [sys.executable, "-m", "server_stub", "--home", str(home), "--port", "0"]
    with subprocess.Popen(first, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().strip().rpartition(":")[2]
            second = run("--home", home, "--port", port)
        finally:
            server.terminate()
    assert second.returncode == 2
    assert second.stderr.endswith(f"--port: 127.0.0.1:{port} is taken by another program\n")
    assert "Traceback" not in second.stderr


# --- shops -----------------------------------------------------------------------------------------------


async def test_a_new_shop_has_an_admin_who_can_sign_in_and_sell(acme: Path) -> None:
    async with open_shop(Settings(home=acme)) as shop:
        body = {"tenantId": "acme", "username": "root", "password": PASSWORD}
        answer = (await shop.http.post("/api/v1/auth/login", json=body)).json()["data"]
    assert (answer["user"]["role"], answer["user"]["locations"]) == ("admin", ["main"])
    assert rows(acme, "SELECT id, name, time_zone FROM location") == [
        ("main", "Ladenstraße: hinten", "Europe/Berlin")
    ]


def test_a_new_shop_is_told_with_who_signs_in_and_where(
    home: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(add_tenant(home, password_file)) == 0
    assert capsys.readouterr().out.endswith("Acme is there; root signs in to tenant acme\n")


async def test_an_id_may_have_underscores(home: Path, password_file: Path) -> None:
    assert run(*add_tenant(home, password_file, tenant="acme_two")).returncode == 0
    async with open_shop(Settings(home=home)) as shop:
        body = {"tenantId": "acme_two", "username": "root", "password": PASSWORD}
        answer = (await shop.http.post("/api/v1/auth/login", json=body)).json()["data"]
        renewal = {"refreshToken": answer["refreshToken"]}
        assert (await shop.http.post("/api/v1/auth/refresh", json=renewal)).status_code == 200


def test_several_shops_share_a_database(acme: Path, password_file: Path) -> None:
    more = ["--location", "annex:Annex:Europe/Paris"]
    assert main([*add_tenant(acme, password_file, tenant="bolt"), *more]) == 0
    assert rows(acme, "SELECT tenant_id, id FROM location ORDER BY 1, 2") == [
        ("acme", "main"),
        ("bolt", "annex"),
        ("bolt", "main"),
    ]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tenant": "no blanks"}, "tenant: "),
        ({"currency": "euro"}, "currency: "),
        ({"location": "main"}, "ID:NAME:TIMEZONE"),
        ({"location": "main:Main"}, "ID:NAME:TIMEZONE"),
        ({"location": "main:Main:Europe/Nowhere"}, "no time zone"),
        ({"location": "main:Main:../../etc/passwd"}, "no time zone"),
        ({"name": ""}, "name: "),
        ({"admin": ""}, "admin: "),
    ],
)
def test_a_shop_that_cannot_be_is_refused(
    home: Path,
    password_file: Path,
    changed: dict[str, str],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(add_tenant(home, password_file, **changed)) == 2
    assert words in capsys.readouterr().err


def test_a_short_password_is_refused_and_not_repeated(
    home: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    password_file.write_text("tiny-one\n")
    assert main(add_tenant(home, password_file)) == 2
    said = capsys.readouterr().err
    assert "password" in said
    assert "tiny-one" not in said


def test_a_shop_that_is_there_stays_as_it_is(
    acme: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(add_tenant(acme, password_file, name="Other")) == 2
    assert "there is a tenant acme already" in capsys.readouterr().err
    assert rows(acme, "SELECT name FROM tenant") == [("Acme",)]


def test_the_password_is_asked_for_twice_where_no_file_is_given(
    home: Path, password_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = add_tenant(home, password_file)[:-2]
    typed = iter([PASSWORD, "something-else", PASSWORD, PASSWORD])
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: next(typed))
    assert main(arguments) == 2
    assert "differ" in capsys.readouterr().err
    assert main(arguments) == 0


# --- looking after one -----------------------------------------------------------------------------------


def test_migrating_makes_the_schema_and_again_changes_nothing(home: Path) -> None:
    for _time in range(2):
        assert main(["migrate", "--home", str(home)]) == 0
    assert rows(home, "SELECT count(*) FROM tenant") == [(0,)]


def test_a_whole_trail_is_said_to_be(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify-audit", "--home", str(acme), "--tenant", "acme"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("whole: 1 line,")


def test_a_broken_trail_is_said_with_its_line_and_exit_code_1(
    acme: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = sqlite3.connect(acme / "server.sqlite3")
    connection.execute("DROP TRIGGER audit_is_kept_from_update")
    connection.execute("UPDATE audit_entry SET outcome = 'refused'")
    connection.commit()
    connection.close()
    assert main(["verify-audit", "--home", str(acme), "--tenant", "acme"]) == 1
    assert "broken at line 1" in capsys.readouterr().out


def test_a_new_epoch_is_every_streams(acme: Path) -> None:
    before = dict(rows(acme, "SELECT name, epoch FROM stream"))
    assert main(["new-epoch", "--home", str(acme), "--tenant", "acme"]) == 0
    after = dict(rows(acme, "SELECT name, epoch FROM stream"))
    assert after.keys() == before.keys()
    assert len(set(after.values()) | set(before.values())) == 2 * len(before)


async def test_after_a_new_epoch_tills_start_from_a_snapshot_and_go_on(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        (till,) = world.tills
        await till.sell(till.product())
        await world.settle()
        home = world.settings.home

        async def begin_anew() -> None:
            await till.sell(till.product())
            ended = run("new-epoch", "--home", home, "--tenant", "demo")
            assert ended.returncode == 0, ended.stderr

        await world.restart_server(while_down=begin_anew)
        await world.settle()
        with till.opened.store.reading() as connection:
            followed = {stream: epoch_of(connection, stream) for stream in till.cursors()}
        assert followed.items() <= dict(world.query("SELECT name, epoch FROM stream")).items()
        assert till.levels() == world.server_levels() == world.ledger_sums()


async def test_a_revoked_till_is_out_of_a_running_server(settings: Settings) -> None:
    async with open_shop(settings) as shop:
        till = await shop.enroll(await shop.sign_in("demo", "alice"))
        flags = ["--home", str(settings.home), "--tenant", "demo", "--device", till.user_id]
        # As another process would do it, outside this event loop.
        ended = run("revoke-device", *flags)
        assert ended.returncode == 0, ended.stderr
        renewal = await shop.http.post(
            "/api/v1/auth/refresh", json={"refreshToken": till.answer["deviceToken"]}
        )
        assert renewal.status_code == 401


@pytest.mark.parametrize("command", ["verify-audit", "new-epoch", "revoke-device"])
def test_an_unknown_tenant_is_said(acme: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--device", "x"] if command == "revoke-device" else []
    assert main([command, "--home", str(acme), "--tenant", "nobody", *more]) == 2
    assert "there is no tenant nobody" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["verify-audit", "new-epoch"])
def test_a_home_without_a_server_is_said_and_left_alone(
    home: Path, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "--home", str(home), "--tenant", "acme"]) == 2
    assert "there is no server's database" in capsys.readouterr().err
    assert not home.exists()


def test_an_unknown_till_is_said(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["revoke-device", "--home", str(acme), "--tenant", "acme", "--device", "x"]) == 2
    assert "there is no till x" in capsys.readouterr().err


def test_a_database_that_cannot_be_reached_is_said_without_its_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = "postgresql://someone:hush-hush@127.0.0.1:1/evertill"
    assert main(["migrate", "--database", url]) == 2
    said = capsys.readouterr().err
    assert "the database says" in said
    assert "hush-hush" not in said


def test_a_database_of_a_newer_release_is_left_alone(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect(acme / "server.sqlite3")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    assert main(["verify-audit", "--home", str(acme), "--tenant", "acme"]) == 2
    assert "cannot bring the database up to date" in capsys.readouterr().err


@pytest.mark.xdist_group("scale")
def test_a_postgresql_database_is_migrated_by_its_owner_and_looked_after_by_the_servers_role(
    postgres: Any, home: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = postgres.empty_database()
    place, shop = ["--database", empty.server_url], ["--tenant", "acme"]
    migration = ["migrate", "--database", empty.owner_url, "--server-role"]
    try:
        assert main(["verify-audit", *place, *shop]) == 2
        assert "evertill server migrate" in capsys.readouterr().err
        assert main([*migration, "x; DROP"]) == 2
        assert "not a plain role name" in capsys.readouterr().err
        assert main([*migration, "nobody_at_all"]) == 2
        assert 'role "nobody_at_all" does not exist' in capsys.readouterr().err
        assert main([*migration, SERVER_ROLE]) == 0
        assert main(["verify-audit", *place, *shop]) == 2
        assert "there is no tenant acme" in capsys.readouterr().err
        assert main([*add_tenant(home, password_file), *place]) == 0
        assert main(["new-epoch", *place, *shop]) == 0
        assert main(["verify-audit", *place, *shop]) == 0
        assert "whole: 2 lines" in capsys.readouterr().out
        assert not home.exists()
    finally:
        postgres.drop(empty)
