"""deploy/Caddyfile in Debian's Caddy, before a real server: what a browser and a till are told."""

import asyncio
import os
import shutil
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import websockets

from server_stub.run import running
from server_stub.settings import Settings
from tests.kit.homes import new_server_home
from tests.kit.paths import ROOT
from tests.kit.processes import end, free_port, wait_until_ready
from tests.kit.waiting import WAIT_S

pytestmark = [
    pytest.mark.slow,
    pytest.mark.xdist_group("scale"),
    pytest.mark.skipif(
        shutil.which("caddy") is None, reason="Caddy is not installed: scripts/setup.sh services"
    ),
]

HSTS = "max-age=31536000"


def start(config: Path, log: Path, servers: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    folder = config.parent
    with log.open("wb") as written:
        return subprocess.Popen(
            ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"],
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(folder),
                "XDG_DATA_HOME": str(folder / "data"),
                "XDG_CONFIG_HOME": str(folder / "config"),
                "EVERTILL_HOST": "localhost",
                "EVERTILL_SERVERS": " ".join(servers),
            },
            stdout=written,
            stderr=subprocess.STDOUT,
        )


@asynccontextmanager
async def caddy(folder: Path, *servers: str) -> AsyncIterator[str]:
    """The proxy as it is deployed, but for its ports and its authority; gives its URL."""
    port, plain = free_port(), free_port()
    shipped = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "\tadmin off\n" in shipped
    ours = f"\tadmin off\n\thttp_port {plain}\n\thttps_port {port}\n\tlocal_certs\n\tskip_install_trust\n"
    config, log = folder / "Caddyfile", folder / "caddy.log"
    config.write_text(shipped.replace("\tadmin off\n", ours))
    process = await asyncio.to_thread(start, config, log, servers)

    def answers() -> bool:
        """It listens, and has made its authority and a certificate."""
        try:
            with (
                socket.create_connection(("127.0.0.1", port), WAIT_S) as plain_socket,
                trusting(folder).wrap_socket(plain_socket, server_hostname="localhost"),
            ):
                return True
        except OSError:
            return False

    try:
        await asyncio.to_thread(wait_until_ready, answers, process, log)
        yield f"https://localhost:{port}"
    finally:
        await asyncio.to_thread(end, process, signal.SIGTERM)


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(
        cafile=str(folder / "data" / "caddy" / "pki" / "authorities" / "local" / "root.crt")
    )


def asking(url: str, folder: Path) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, verify=trusting(folder), trust_env=False, timeout=WAIT_S)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[str]:
    home = tmp_path / "home"
    await asyncio.to_thread(new_server_home, home)
    settings = Settings(home=home, trusted_proxies=("127.0.0.1", "::1"), metrics_token="m3tr1cs")
    async with running(settings) as running_server:
        yield running_server.url


async def test_every_answer_through_the_proxy_forbids_the_clear(server: str, tmp_path: Path) -> None:
    async with caddy(tmp_path, server.removeprefix("http://")) as url:
        async with httpx.AsyncClient(
            base_url=url, verify=trusting(tmp_path), trust_env=False, timeout=WAIT_S
        ) as http:
            wrong = {"tenantId": "demo", "username": "bob", "password": "x"}
            answers = [
                await http.post("/api/v1/auth/login", json=wrong),
                await http.get("/api/v1/realtime/health"),
                await http.get("/socket.io/?EIO=4&transport=polling"),
                await http.get("/socket.io/?EIO=4&transport=polling", headers={"Origin": url}),
                await http.get("/metrics", headers={"Authorization": "Bearer m3tr1cs"}),
                await http.get("/livez"),
            ]
            assert [answer.status_code for answer in answers] == [401, 401, 200, 200, 404, 404]
            for answer in answers:
                assert answer.headers.get_list("strict-transport-security") == [HSTS], answer.request.url
            for origin in (url.replace("https", "http"), "https://localhost", "https://evil.example", "null"):
                answer = await http.get("/socket.io/?EIO=4&transport=polling", headers={"Origin": origin})
                assert answer.status_code == 403, origin
                assert answer.headers["strict-transport-security"] == HSTS
        socket_url = url.replace("https", "wss") + "/socket.io/?EIO=4&transport=websocket"
        async with websockets.connect(socket_url, ssl=trusting(tmp_path), proxy=None, origin=url) as raw:  # type: ignore[arg-type]
            assert str(await raw.recv()).startswith("0{")
            assert raw.response is not None
            assert raw.response.headers["Strict-Transport-Security"] == HSTS


async def test_a_proxy_without_servers_says_it_too(tmp_path: Path) -> None:
    async with (
        caddy(tmp_path, f"127.0.0.1:{free_port()}") as url,
        asking(url, tmp_path) as http,
    ):
        answer = await http.get("/api/v1/realtime/health")
        assert answer.status_code in (502, 503)
        assert answer.headers["strict-transport-security"] == HSTS
