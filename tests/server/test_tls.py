"""A server with a certificate ends TLS itself, and never listens openly by mistake."""

import ssl
from dataclasses import replace
from pathlib import Path

import aiohttp
import httpx
import pytest
import socketio

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.run import running, serve
from server_stub.settings import Settings, UnsafeSettings, refuse_unprotected_listener
from tests.kit.certificates import certificate_for
from tests.kit.waiting import WAIT_S


@pytest.fixture
def with_tls(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a certificate of the test's own for 127.0.0.1."""
    cert_file, key_file = certificate_for("127.0.0.1", tmp_path)
    return replace(settings, tls_cert=cert_file, tls_key=key_file)


async def test_with_a_certificate_all_is_encrypted(with_tls: Settings) -> None:
    trust = ssl.create_default_context(cafile=str(with_tls.tls_cert))
    async with running(with_tls) as server:
        assert server.url.startswith("https://127.0.0.1:")
        async with httpx.AsyncClient(base_url=server.url, verify=trust, trust_env=False) as http:
            body = {"tenantId": "demo", "username": "bob", "password": DEMO_PASSWORD}
            answer = await http.post("/api/v1/auth/login", json=body)
            assert answer.status_code == 200
            assert answer.headers["strict-transport-security"]
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as session:
            client = socketio.AsyncClient(reconnection=False, handle_sigint=False, http_session=session)
            await client.connect(server.url, transports=["websocket"], wait_timeout=WAIT_S)
            joined = await client.call(
                "join-tenant",
                {"tenantId": "demo", "userId": "bob", "token": answer.json()["data"]["accessToken"]},
            )
            assert joined["success"]
            await client.disconnect()


async def test_in_the_clear_nobody_is_answered(with_tls: Settings) -> None:
    async with running(with_tls) as server, httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.RemoteProtocolError):
            await http.get(server.url.replace("https", "http") + "/livez")


async def test_who_does_not_trust_the_certificate_does_not_get_in(with_tls: Settings) -> None:
    async with running(with_tls) as server, httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(httpx.ConnectError):
            await http.get(server.url + "/livez")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "till-server", ""])  # noqa: S104
def test_other_machines_are_not_listened_to_in_the_clear(settings: Settings, host: str) -> None:
    open_door = replace(settings, host=host)
    with pytest.raises(UnsafeSettings, match="TLS"):
        serve(open_door)
    refuse_unprotected_listener(replace(open_door, insecure=True))
    refuse_unprotected_listener(replace(open_door, tls_cert=Path("c"), tls_key=Path("k")))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_this_machine_is(settings: Settings, host: str) -> None:
    refuse_unprotected_listener(replace(settings, host=host))


def test_half_of_tls_is_refused(settings: Settings) -> None:
    insecure = replace(settings, insecure=True)
    for half in (replace(insecure, tls_cert=Path("c")), replace(insecure, tls_key=Path("k"))):
        with pytest.raises(UnsafeSettings, match="both"):
            refuse_unprotected_listener(half)
