"""docs/troubleshooting.md is run against a server: its commands work, and show what it says they show."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from app.bootstrap import open_home
from server_stub.cli.demo_data import DEMO
from tests.kit.agents import fetch_first_copy
from tests.kit.demo import PASSWORD
from tests.kit.paths import ROOT
from tests.kit.processes import demo_server

# The first test waits for a server, a till, and some sixty programs one after the other.
pytestmark = [pytest.mark.xdist_group("troubleshooting"), pytest.mark.timeout(900)]

PAGE = ROOT / "docs" / "troubleshooting.md"
TEXT = PAGE.read_text()
MARK = "@@command"


@dataclass
class Command:
    """One line after a `$`, and the lines that the page shows as its answer; `…` matches anything."""

    line: str
    shown: list[str] = field(default_factory=list)


def commands() -> list[Command]:
    found: list[Command] = []
    for block in re.findall(r"^```console\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append(Command(line.removeprefix("$ ")))
            else:
                found[-1].shown.append(line)
    return found


@dataclass(frozen=True)
class Running:
    """The server of this very installation, as `make run` starts it."""

    url: str
    home: Path
    log: Path


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("trouble")
    home, log = folder / "server", folder / "server.log"
    with demo_server(home, log=log) as running:
        yield Running(running.url, home, log)


@pytest.fixture(scope="module")
def till_home(server: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a till that was set up at this server, has its copy, and was closed."""
    home = tmp_path_factory.mktemp("trouble-till") / "till"
    words = ("--tenant", DEMO.tenant_id, "--user", "alice", "--location", "main", "--name", "Till 1")
    subprocess.run(
        [sys.executable, "-m", "app", "enroll", "--home", str(home), "--server", server.url, *words],
        cwd=ROOT,
        env={**os.environ, "EVERTILL_PASSWORD": PASSWORD},
        check=True,
        capture_output=True,
    )
    asyncio.run(_fetch_the_copy(home))
    return home


async def _fetch_the_copy(home: Path) -> None:
    opened = open_home(home)
    try:
        await fetch_first_copy(opened)
    finally:
        opened.store.close()


@pytest.fixture(scope="module")
def answers(server: Running, till_home: Path) -> list[str]:
    """What each command of the page printed, all of them run in one shell and none of them failing."""
    if shutil.which("bash") is None or shutil.which("curl") is None:
        pytest.skip("the commands of the page need bash and curl")
    here = {
        "SERVER": server.url,
        "SERVER_HOME": str(server.home),
        "SERVER_LOG": str(server.log),
        "TILL_HOME": str(till_home),
    }
    script = ["set -e"]
    for command in commands():
        name, is_setting, _ = command.line.partition("=")
        line = f"{name}={here[name]}" if is_setting and name in here else command.line
        if "$SERVER_LOG" in line:  # a request is logged once it was answered, so a moment later
            script.append(f"until {line} >/dev/null; do sleep 0.05; done")
        script += [line, f"echo {MARK}"]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=ROOT,
        env={**os.environ, "PATH": path, "no_proxy": "*"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    done = ran.stdout.split(f"{MARK}\n")
    failed = commands()[len(done) - 1].line if ran.returncode else ""
    assert ran.returncode == 0, f"{failed}\n{ran.stdout[-2000:]}\n{ran.stderr}"
    return done[:-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    "place", range(len(commands())), ids=lambda place: re.sub(r"[^\w/ .-]", "", commands()[place].line)[:60]
)
def test_a_command_shows_what_the_page_says(place: int, answers: list[str]) -> None:
    command = commands()[place]
    for line in command.shown:
        # Across lines: the page shortens what it shows.
        pattern = ".*".join(re.escape(part) for part in line.split("…"))
        assert re.search(pattern, answers[place], flags=re.DOTALL), answers[place]


def test_every_alert_leads_to_a_heading_of_the_page() -> None:
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text())
    alerts = {rule["alert"] for group in rules["groups"] for rule in group["rules"]}
    table = TEXT.split("## Which alert means what", 1)[1]
    assert set(re.findall(r"`(Evertill\w+)`", table)) == alerts


def test_every_event_of_the_log_that_the_page_names_is_one_that_the_server_writes() -> None:
    sources = "\n".join(path.read_text() for path in (ROOT / "server_stub").rglob("*.py"))
    named = set(re.findall(r"\b(?:database|query|operations?|event|request|task|origin)\.[a-z_]+\b", TEXT))
    named -= {name for name in named if name.endswith((".example", ".sqlite3"))}
    assert named
    assert [name for name in sorted(named) if f'"{name}"' not in sources] == []


@pytest.mark.slow
def test_every_flag_that_the_page_names_is_one_that_the_server_takes() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "server_stub", "--help"], capture_output=True, text=True, cwd=ROOT, check=True
    ).stdout
    named = set(re.findall(r"`(--[a-z-]+)", TEXT))
    assert named
    assert [flag for flag in sorted(named) if flag not in told] == []
