"""A command that acts in a person's name asks for that person's PIN, as the window does."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.bootstrap import open_home
from app.cli import main
from app.domain.errors import TooManyTries
from app.services.people import directory, pin_tries
from sync_agent import credentials
from sync_agent.credentials import Credentials
from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.device import record_enrolment
from sync_agent.store.home import Home
from tests.kit.feed import PEPPER
from tests.kit.homes import IDENTITY
from tests.kit.paths import ROOT
from tests.kit.store_shop import open_shop

ALICE_PIN, MARIA_PIN = "2468", "1357"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An enrolled till's folder that nobody works on just now."""
    path = tmp_path / "till"
    store = Store.open(Home(path), clock=SystemClock(), ids=Uuid7Ids())
    store.submit(lambda tx: record_enrolment(tx, IDENTITY)).result()
    open_shop(store)
    credentials.save(store.home, Credentials("token", PEPPER))
    store.close()
    return path


@pytest.fixture
def goods(tmp_path: Path) -> Path:
    path = tmp_path / "goods.csv"
    path.write_text("sku,name,price\nT-1,Tea cosy,4.50\n", "utf-8")
    return path


@pytest.fixture
def import_as(home: Path, goods: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], int]:
    def run(user: str, pin: str) -> int:
        monkeypatch.setenv("EVERTILL_PIN", pin)
        return main(["import-catalogue", str(goods), "--home", str(home), "--user", user])

    return run


def products_made(home: Path) -> int:
    opened = open_home(home)
    try:
        with opened.store.reading() as connection:
            return connection.execute(select(func.count()).select_from(t.outbox)).scalar_one()
    finally:
        opened.store.close()


def without_terminal(home: Path, *words: str, pin: str | None = None) -> "subprocess.CompletedProcess[str]":
    """The command itself, in a session without a terminal."""
    environment = {name: value for name, value in os.environ.items() if name != "EVERTILL_PIN"}
    return subprocess.run(
        [sys.executable, "-m", "app", words[0], "--home", str(home), *words[1:]],
        cwd=ROOT,
        env=environment | ({} if pin is None else {"EVERTILL_PIN": pin}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
        timeout=120,
    )


def test_nobody_acts_as_a_manager_by_having_the_folder(home: Path, goods: Path) -> None:
    for user in ([], ["--user", "alice"]):
        ran = without_terminal(home, "import-catalogue", str(goods), *user)
        assert ran.returncode == 2
        assert "EVERTILL_PIN" in ran.stderr
        assert "Traceback" not in ran.stderr
    assert products_made(home) == 0
    ran = without_terminal(home, "import-catalogue", str(goods), "--user", "alice", pin=ALICE_PIN)
    assert ran.returncode == 0, ran.stderr
    assert products_made(home) == 1


def test_the_pin_is_typed_at_the_terminal_and_not_shown(home: Path, goods: Path) -> None:
    at_a_terminal = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"
    command = ["-m", "app", "import-catalogue", str(goods), "--home", str(home), "--user", "alice"]
    with subprocess.Popen(
        [sys.executable, "-c", at_a_terminal, sys.executable, *command],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "EVERTILL_PIN"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said = b""
        while not said.endswith(b"PIN of Alice: "):
            said += (byte := process.stdout.read(1))
            assert byte, said
        process.stdin.write(f"{ALICE_PIN}\n".encode())
        process.stdin.flush()
        said += process.stdout.read()
        assert process.wait(60) == 0, said
    assert ALICE_PIN.encode() not in said
    assert b"1 products added" in said


def test_a_pin_is_no_argument(home: Path, goods: Path) -> None:
    for command in (["import-catalogue", str(goods)], ["queue"]):
        with pytest.raises(SystemExit):
            main([*command, "--home", str(home), "--pin", ALICE_PIN])


def test_wrong_pins_are_counted_with_those_at_the_window(
    home: Path, import_as: Callable[[str, str], int], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(pin_tries.TRIES_MAX):
        assert import_as("alice", "0000") == 2
        assert "PIN is not right" in capsys.readouterr().err
    assert import_as("alice", ALICE_PIN) == 2
    assert "Too many wrong PINs" in capsys.readouterr().err
    assert products_made(home) == 0
    opened = open_home(home)
    try:
        with pytest.raises(TooManyTries):
            asyncio.run(directory.sign_in(opened.till(), "alice", ALICE_PIN, pepper=PEPPER))
        with opened.store.reading() as connection:
            noted = connection.execute(select(t.journal.c.kind, t.journal.c.actor_id)).all()
        assert [tuple(row) for row in noted] == [("wrong_pins", "alice")]
    finally:
        opened.store.close()


def test_a_right_pin_forgets_the_wrong_ones(import_as: Callable[[str, str], int]) -> None:
    for _ in range(3):
        for _ in range(pin_tries.TRIES_MAX - 1):
            assert import_as("alice", "0000") == 2
        assert import_as("alice", ALICE_PIN) == 0


def test_a_clerk_with_the_right_pin_may_not_do_what_a_manager_may(
    home: Path, import_as: Callable[[str, str], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert import_as("maria", MARIA_PIN) == 2
    assert "it may be: alice" in capsys.readouterr().err
    assert products_made(home) == 0


def test_the_pin_is_not_handed_on_to_other_processes(import_as: Callable[[str, str], int]) -> None:
    assert import_as("alice", ALICE_PIN) == 0
    assert "EVERTILL_PIN" not in os.environ


@pytest.mark.parametrize("pin", ["é" * 4, "\udce9", "2468 ", "9" * 10_000])
def test_what_is_no_pin_is_a_wrong_pin(
    import_as: Callable[[str, str], int], capsys: pytest.CaptureFixture[str], pin: str
) -> None:
    assert import_as("alice", pin) == 2
    assert "PIN is not right" in capsys.readouterr().err
