"""A command that acts in a person's name asks for that person's PIN, as the window does."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.bootstrap import open_home
from app.cli import main
from app.domain.errors import TooManyTries
from app.services.people import directory, pin_tries
from app.services.stock import inventory
from sync_agent import credentials
from sync_agent.contract.stock import MovementReason
from sync_agent.credentials import Credentials
from sync_agent.ports import SystemClock, Uuid7Ids
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.device import record_enrolment
from sync_agent.store.home import Home
from sync_agent.store.queue import transitions
from sync_agent.store.queue.status import Status
from tests.kit.feed import PEPPER
from tests.kit.homes import IDENTITY
from tests.kit.paths import ROOT
from tests.kit.store_shop import MARIA, MUG, open_shop

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


@pytest.fixture
def refused(home: Path) -> str:
    """An entry of the till's queue that the server refused."""
    opened = open_home(home)
    try:
        adjusting = inventory.adjust(opened.till(), MUG, 6, MovementReason.RECEIVE, "from the van", MARIA)
        operation_id = asyncio.run(adjusting)
        opened.store.submit(
            lambda tx: transitions.mark_needs_attention(
                tx, operation_id, Status.DEAD_LETTER, code="bad_request", error="no"
            )
        ).result()
    finally:
        opened.store.close()
    return operation_id


def at(home: Path, query: Any) -> list[tuple[Any, ...]]:
    """What the till's database says."""
    opened = open_home(home)
    try:
        with opened.store.reading() as connection:
            return [tuple(row) for row in connection.execute(query)]
    finally:
        opened.store.close()


def status_of(home: Path, operation_id: str) -> str:
    return str(at(home, select(t.outbox.c.status).where(t.outbox.c.id == operation_id))[0][0])


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


# --- the queue's refused entries ---------------------------------------------------------------------------


def test_a_manager_discards_a_refused_entry_with_their_pin(home: Path, refused: str) -> None:
    discard = ("queue", "--discard", refused, "--reason", "entered twice", "--user", "alice")
    without = without_terminal(home, *discard)
    assert (without.returncode, "EVERTILL_PIN" in without.stderr) == (2, True)
    wrong = without_terminal(home, *discard, pin="0000")
    assert (wrong.returncode, "PIN is not right" in wrong.stderr) == (2, True)
    assert status_of(home, refused) == Status.DEAD_LETTER

    right = without_terminal(home, *discard, pin=ALICE_PIN)
    assert right.returncode == 0, right.stderr
    assert ALICE_PIN not in right.stdout + right.stderr
    assert status_of(home, refused) == Status.DISCARDED
    exported = Path(right.stdout.split("exported to ")[1].split(" first")[0])
    assert refused in exported.read_text("utf-8")
    noted = select(t.journal.c.kind, t.journal.c.actor_id, t.journal.c.reason)
    assert at(home, noted) == [("discarded", "alice", "entered twice")]


def test_a_clerk_with_the_right_pin_discards_nothing(home: Path, refused: str) -> None:
    discard = ("queue", "--discard", refused, "--reason", "entered twice", "--user", "maria")
    ran = without_terminal(home, *discard, pin=MARIA_PIN)
    assert (ran.returncode, "it may be: alice" in ran.stderr) == (2, True)
    assert status_of(home, refused) == Status.DEAD_LETTER


def test_a_discarding_without_a_reason_is_refused_with_the_right_pin(home: Path, refused: str) -> None:
    ran = without_terminal(home, "queue", "--discard", refused, "--user", "alice", pin=ALICE_PIN)
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert status_of(home, refused) == Status.DEAD_LETTER


def test_a_clerk_edits_an_entry_of_stock_with_their_pin(home: Path, refused: str) -> None:
    edit = ("queue", "--edit", refused, "delta=5", "--user", "maria")
    assert without_terminal(home, *edit, pin="0000").returncode == 2
    assert status_of(home, refused) == Status.DEAD_LETTER
    ran = without_terminal(home, *edit, pin=MARIA_PIN)
    assert ran.returncode == 0, ran.stderr
    new_id = ran.stdout.split("Sent anew as ")[1].strip().rstrip(".")
    sent = select(t.outbox.c.actor_id, t.outbox.c.status).where(t.outbox.c.id == new_id)
    assert at(home, sent) == [("maria", Status.PENDING)]


def test_what_acts_as_a_person_says_how_it_asks(capsys: pytest.CaptureFixture[str]) -> None:
    """A command with `--user` is on this list, and its help says what it asks for."""
    asks = {
        "import-catalogue": "EVERTILL_PIN",
        "queue": "EVERTILL_PIN",
        "enroll": "EVERTILL_PASSWORD",
        "second-factor": "EVERTILL_PASSWORD",
        "replay": "EVERTILL_PASSWORD",
    }
    names = re.findall(r"^    ([a-z][a-z-]+)", help_of(capsys), re.MULTILINE)
    helps = {name: help_of(capsys, name) for name in names if name != "server"}
    assert {name for name, text in helps.items() if "--user NAME" in text} == set(asks)
    for name, variable in asks.items():
        assert variable in helps[name], name


def help_of(capsys: pytest.CaptureFixture[str], *command: str) -> str:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    return capsys.readouterr().out
