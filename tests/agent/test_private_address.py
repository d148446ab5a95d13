"""Passwords and tokens go to the address that was named, encrypted, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from app.bootstrap import open_home, to_server
from app.cli.main import EXIT_REFUSED, main
from sync_agent import credentials
from sync_agent.contract import paths
from sync_agent.errors import SyncError, TransientError
from sync_agent.network.transport import NetworkTransport
from sync_agent.server_address import BadAddress
from sync_agent.store import tables as t
from tests.kit.homes import new_home
from tests.kit.world import World

ELSEWHERE = "http://192.0.2.1:8765"
SECRET = "the secret of this test"


@dataclass
class Listener:
    """Something at an address of this computer: it answers everything with one answer."""

    port: int = 0
    heard: list[bytes] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def listening(answer: str) -> AsyncIterator[Listener]:
    listener = Listener()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = await reader.read(65_536)
        while said.startswith((b"GET", b"POST")) and len(said) < _length(said):
            said += await reader.read(65_536)
        listener.heard.append(said)
        writer.write(answer.encode())
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    listener.port = server.sockets[0].getsockname()[1]
    async with server:
        yield listener


def _length(said: bytes) -> int:
    """Of a request whose beginning this is, as far as that tells."""
    head, ends, _body = said.partition(b"\r\n\r\n")
    if not ends:
        return len(said) + 1
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
    return len(head) + len(ends) + int(fields.get(b"content-length", 0))


def redirect(to: str) -> str:
    return (
        f"HTTP/1.1 307 Moved\r\nLocation: {to}/socket.io/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    )


NOT_OURS = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


async def nothing(_name: str, _payload: object) -> None: ...


async def test_a_redirect_carries_no_secret_anywhere() -> None:
    async with listening(NOT_OURS) as elsewhere, listening(redirect(elsewhere.url)) as named:
        transport = NetworkTransport(named.url)
        with pytest.raises(TransientError):
            await transport.request("POST", paths.LOGIN, body={"password": SECRET}, token=SECRET)
        with pytest.raises(TransientError):
            await transport.open_channel(SECRET, nothing)
        await transport.close()
        assert len(named.heard) == 2
        assert elsewhere.heard == []


async def test_what_is_for_this_computer_goes_through_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    async with listening(NOT_OURS) as proxy, listening(NOT_OURS) as named:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        transport = NetworkTransport(named.url)
        with pytest.raises(TransientError):
            await transport.request("POST", paths.LOGIN, body={"password": SECRET})
        await transport.close()
        assert (len(named.heard), proxy.heard) == (1, [])


async def test_nothing_is_sent_without_encryption_to_another_computer() -> None:
    transport = NetworkTransport(ELSEWHERE)
    with pytest.raises(BadAddress):
        await transport.request("POST", paths.LOGIN, body={"password": SECRET})
    with pytest.raises(BadAddress):
        await transport.open_channel(SECRET, nothing)
    await transport.close()


async def test_an_address_without_a_scheme_is_never_tried_without_encryption() -> None:
    async with listening(NOT_OURS) as plain:
        async with to_server(f"127.0.0.1:{plain.port}", insecure=True) as transport:
            assert transport.server_url == f"https://127.0.0.1:{plain.port}"
            with pytest.raises(TransientError):
                await transport.request("POST", paths.LOGIN, body={"password": SECRET})
        assert not any(SECRET.encode() in heard for heard in plain.heard)
        assert not any(heard.startswith(b"POST") for heard in plain.heard)


@pytest.mark.parametrize(
    ("insecure", "is_sent"),
    [(False, False), (True, True), (None, True)],
    ids=["enrolled with https", "asked for", "enrolled by an earlier release"],
)
async def test_a_till_that_was_enrolled_with_encryption_does_not_go_without_it(
    tmp_path: Path, insecure: bool | None, is_sent: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(tmp_path) as world:
        (till,) = world.tills
        await till.stop()
        secret = till.opened.credentials
        assert secret is not None
        assert secret.insecure is False
        credentials.save(till.opened.store.home, replace(secret, insecure=insecure))
        till.opened.store.close()
        till.opened = open_home(till.path)
        await till.opened.store.write(lambda tx: tx.execute(t.device.update().values(server_url=ELSEWHERE)))
        asked: list[str] = []

        async def unreachable(_self: object, request: httpx.Request, **_more: object) -> None:
            asked.append(str(request.url))
            raise TransientError("nobody is there")

        monkeypatch.setattr("httpx.AsyncClient.send", unreachable)
        agent = till.opened.agent()
        with pytest.raises(SyncError):
            await agent._session.token()
        assert bool(asked) is is_sent
        await agent._transport.close()


def test_the_command_refuses_an_address_without_encryption(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERTILL_PASSWORD", SECRET)
    monkeypatch.setenv("EVERTILL_CODE", "8F3K-Q2ZN-7M4T")
    home = new_home(tmp_path / "till").path
    by_password = ["--tenant", "demo", "--user", "alice", "--location", "main"]
    for way in (by_password, ["--code"]):
        for server in (ELSEWHERE, "http://localhost.evil.com", "http://ada:secret@127.0.0.1"):
            done = main(["enroll", "--home", str(home), "--server", server, "--name", "Till", *way])
            assert done == EXIT_REFUSED
            said = capsys.readouterr().err
            assert "not encrypted" in said or "no user name" in said
            assert "secret" not in said
