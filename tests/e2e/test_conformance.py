"""A client in another language, with its Socket.IO library, that knows only the published protocol.

The program in `conformance/` walks the whole sequence diagram and every REST endpoint against a server in a
process of its own, and prints a line for each thing it checked. Without node and npm these tests are skipped;
EVERTILL_REQUIRE_NODE makes that a failure.
"""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from filelock import FileLock

from server_stub.cli.demo_data import DEMO_PASSWORD
from tests.kit.processes import demo_server

PROGRAM = Path(__file__).parent / "conformance"
BUILD = Path(__file__).parents[2] / "build" / "conformance"


def go_without(why: str) -> None:
    if os.environ.get("EVERTILL_REQUIRE_NODE"):
        pytest.fail(why)
    pytest.skip(why)


def install(npm: str, home: Path) -> str:
    """Puts what the lock file names into `home`; says what went wrong, if anything did."""
    asked = [npm, "ci", "--prefer-offline", "--no-progress", "--fetch-retries=1", "--fetch-timeout=20000"]
    try:
        done = subprocess.run(asked, cwd=home, capture_output=True, text=True, timeout=150, check=False)
    except subprocess.TimeoutExpired:
        return "npm took too long"
    return " ".join(done.stderr.split())[-300:] if done.returncode != 0 else ""


@pytest.fixture(scope="session")
def program() -> Path:
    """The JavaScript client with its libraries, which are installed once for each lock file."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        go_without("the JavaScript client needs node and npm, and they are not installed here")
    locked = hashlib.sha256((PROGRAM / "package-lock.json").read_bytes()).hexdigest()[:12]
    home, installed = BUILD / locked, BUILD / locked / "installed"
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(BUILD / "lock"):
        shutil.copytree(PROGRAM, home, dirs_exist_ok=True)
        if not installed.exists():
            problem = install(str(npm), home)
            if problem:
                go_without(f"the JavaScript client's libraries cannot be had: {problem}")
            installed.touch()
    return home


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a server in its own process, with the demonstration's shop."""
    async with demo_server(tmp_path / "server") as server:
        yield server.url


async def sign_in(server: str, username: str) -> dict[str, str]:
    """The token comes from elsewhere: the published protocol does not say how one signs in."""
    asked = {"tenantId": "demo", "username": username, "password": DEMO_PASSWORD}
    async with httpx.AsyncClient(base_url=server, trust_env=False) as http:
        answer = (await http.post("/api/v1/auth/login", json=asked)).json()["data"]
    return {"userId": answer["user"]["id"], "token": answer["accessToken"]}


async def run(program: Path, told: dict[str, Any]) -> tuple[int, str]:
    """Exit status and what the program printed."""
    node = await asyncio.create_subprocess_exec(
        "node",
        "run.mjs",
        cwd=program,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(120):
            printed, _ = await node.communicate(json.dumps(told).encode())
    except TimeoutError:
        node.kill()
        printed, _ = await node.communicate()
    assert node.returncode is not None
    return node.returncode, printed.decode()


@pytest.mark.slow
@pytest.mark.parametrize(
    "transports",
    [
        pytest.param(None, id="as_the_library_comes"),
        pytest.param(["websocket"], id="websocket_alone"),
        pytest.param(["polling"], id="long_polling_alone"),
    ],
)
async def test_a_client_of_the_published_protocol_alone_walks_the_whole_diagram(
    program: Path, server: str, transports: list[str] | None
) -> None:
    people = {name: await sign_in(server, name) for name in ("alice", "bob")}
    told = {"url": server, "tenantId": "demo", "locationId": "main", **people}
    if transports is not None:
        told["transports"] = transports
    status, printed = await run(program, told)
    lines = printed.splitlines()
    assert not [line for line in lines if line.startswith("not ok")], printed
    assert status == 0, printed
    assert f"1..{sum(line.startswith('ok ') for line in lines)}" in lines, printed


def test_the_lock_file_pins_every_library_and_names_no_address() -> None:
    text = (PROGRAM / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    libraries = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert "node_modules/socket.io-client" in libraries
    for name, entry in libraries.items():
        assert entry["integrity"].startswith("sha512-"), name
    for name, version in json.loads((PROGRAM / "package.json").read_text())["dependencies"].items():
        assert version == libraries[f"node_modules/{name}"]["version"]
