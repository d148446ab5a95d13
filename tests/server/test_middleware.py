"""The outside of both doors: headers on every answer, and which pages may talk to the server."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest
import socketio

from tests.kit.servers import ShopServer
from tests.kit.waiting import WAIT_S

PAGE = "https://till.example"
POLLING = "/socket.io/?EIO=4&transport=polling"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/livez"),
        ("GET", "/nope"),
        ("GET", POLLING),
        ("POST", "/api/v1/auth/login"),
        ("HEAD", "/livez"),
    ],
)
async def test_every_answer_bears_the_security_headers(shop: ShopServer, method: str, path: str) -> None:
    answer = await shop.http.request(method, path)
    expected = {
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "x-frame-options": "DENY",
        "cross-origin-resource-policy": "same-origin",
    }
    assert expected.items() <= dict(answer.headers).items()
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("path", ["/livez", POLLING])
@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://[", "http://127.0.0.1:1"])
async def test_a_foreign_page_is_refused_in_the_envelope(shop: ShopServer, path: str, origin: str) -> None:
    answer = await shop.http.get(path, headers={"Origin": origin})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert answer.json()["error"]["requestId"]
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/livez", POLLING])
async def test_a_page_of_the_servers_own_host_may_ask(shop: ShopServer, path: str) -> None:
    assert (await shop.http.get(path, headers={"Origin": shop.url})).status_code == 200


ORIGINS = {
    # what a page says of itself, and whether the server at http://shop.example:8765 lets it ask
    "http://shop.example:8765": True,
    "HTTP://Shop.Example:8765": True,
    "https://shop.example:8765": False,
    "http://shop.example": False,
    "http://shop.example:80": False,
    "http://shop.example:08765": True,
    "http://shop.example:8765/": False,
    "http://shop.example:8765@evil.example": False,
    "http://user@shop.example:8765": False,
    "http://user:pass@shop.example:8765": False,
    "http://shop.example.evil:8765": False,
    "http://evil-shop.example:8765": False,
    "http://evil.example/?http://shop.example:8765": False,
    "http://evil.example#shop.example:8765": False,
    "http://shop.example:8765, http://shop.example:8765": False,
    "http://shop.example:8765 http://evil.example": False,
    "http://shop.example\\@evil.example:8765": False,
    "ws://shop.example:8765": False,
    "ftp://shop.example:8765": False,
    "file://": False,
    "null": False,
    "": False,
    "shop.example:8765": False,
    "//shop.example:8765": False,
    # configured: https://till.example and http://[2001:db8::1]:8080
    "https://till.example": True,
    "https://till.example:443": True,
    "HTTPS://TILL.EXAMPLE": True,
    "http://till.example": False,
    "https://till.example:8443": False,
    "https://till.example.": False,
    "https://till.example.evil": False,
    "https://xtill.example": False,
    "https://sub.till.example": False,
    "https://till.example@evil.example": False,
    "http://[2001:db8::1]:8080": True,
    "http://[2001:DB8::1]:8080": True,
    "https://[2001:db8::1]:8080": False,
    "http://[2001:db8::1]": False,
}


@pytest.mark.parametrize(("origin", "may"), ORIGINS.items())
async def test_an_origin_is_compared_by_scheme_host_and_port(
    open_with: Callable[..., Any], origin: str, may: bool
) -> None:
    async with open_with(allowed_origins=(PAGE, "http://[2001:db8::1]:8080")) as shop:
        told = {"Host": "shop.example:8765", "Origin": origin}
        for path in ("/livez", POLLING):
            assert (await shop.http.get(path, headers=told)).status_code == (200 if may else 403), path


async def test_two_origins_in_two_headers_are_none(shop: ShopServer) -> None:
    told = [("Host", "shop.example"), ("Origin", "http://shop.example"), ("Origin", "http://evil.example")]
    for headers in (told, [told[0], told[2], told[1]]):
        assert (await shop.http.get("/livez", headers=headers)).status_code == 403


async def test_behind_a_proxy_the_page_is_of_the_scheme_that_the_proxy_names(
    open_with: Callable[..., Any],
) -> None:
    for proxies, scheme in ((("127.0.0.1",), "https"), ((), "http")):
        async with open_with(trusted_proxies=proxies) as shop:
            told = {"Host": "shop.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
            for asking in ("http", "https"):
                answer = await shop.http.get("/livez", headers={**told, "Origin": f"{asking}://shop.example"})
                assert answer.status_code == (200 if asking == scheme else 403), (proxies, asking)


async def test_an_allowed_page_may_ask_and_may_read_the_answer(open_with: Callable[..., Any]) -> None:
    async with open_with(allowed_origins=(PAGE,)) as shop:
        for path in ("/livez", POLLING):
            answer = await shop.http.get(path, headers={"Origin": PAGE})
            assert answer.status_code == 200
            assert answer.headers.get_list("access-control-allow-origin") == [PAGE]
            assert "Origin" in answer.headers["vary"]
        assert (await shop.http.get("/livez", headers={"Origin": shop.url})).status_code == 200
        foreign = await shop.http.get("/livez", headers={"Origin": "https://elsewhere.example"})
        assert foreign.status_code == 403


async def test_a_cache_keeps_the_answers_to_pages_and_to_compressions_apart(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(allowed_origins=(PAGE,)) as shop:
        answer = await shop.metrics(**{"Origin": PAGE, "Accept-Encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert {"Origin", "Accept-Encoding"} <= {word.strip() for word in answer.headers["vary"].split(",")}


async def test_a_preflight_of_an_allowed_page_is_answered_and_of_a_foreign_one_not(
    open_with: Callable[..., Any],
) -> None:
    async with open_with(allowed_origins=(PAGE,)) as shop:
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        path = "/api/v1/realtime/offline-queue"
        answer = await shop.http.options(path, headers={"Origin": PAGE, **asked})
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert "POST" in answer.headers["access-control-allow-methods"]
        assert "Authorization" in answer.headers["access-control-allow-headers"]
        foreign = await shop.http.options(path, headers={"Origin": "https://elsewhere.example", **asked})
        assert foreign.status_code == 403


async def test_a_sockets_handshake_of_a_foreign_page_is_refused(shop: ShopServer) -> None:
    client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
    try:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await client.connect(
                shop.url, transports=["websocket"], headers={"Origin": "https://elsewhere.example"}
            )
    finally:
        await client.disconnect()
    socket = await shop.connect(headers={"Origin": shop.url})
    assert socket.client.connected


async def test_a_method_that_is_not_there_is_refused_with_those_that_are(shop: ShopServer) -> None:
    for method, path in (("DELETE", "/livez"), ("PUT", "/api/v1/auth/login"), ("OPTIONS", "/livez")):
        answer = await shop.http.request(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (405, "bad_request")
        assert answer.headers["allow"] in {"GET", "POST"}


async def test_head_is_get_without_the_body(shop: ShopServer) -> None:
    answer = await shop.http.head("/livez")
    assert (answer.status_code, answer.content) == (200, b"")


async def test_a_forwarded_address_is_not_believed_of_just_anybody(open_with: Callable[..., Any]) -> None:
    wrong = {"tenantId": "demo", "username": "bob", "password": "x"}
    forwarded = {"X-Forwarded-For": "203.0.113.9"}
    for proxies, address in (((), "127.0.0.1"), (("127.0.0.1",), "203.0.113.9")):
        async with open_with(trusted_proxies=proxies) as shop:
            answer = await shop.http.post("/api/v1/auth/login", json=wrong, headers=forwarded)
            assert answer.status_code == 401
        (found,) = shop.rows(
            "SELECT address FROM audit_entry WHERE kind = 'sign_in' ORDER BY seq DESC LIMIT 1"
        )
        assert found == (address,)


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        ("198.51.100.7, 203.0.113.9", "203.0.113.9"),  # what a client claims stands on the left
        ("203.0.113.9, 10.1.2.3", "203.0.113.9"),  # a second proxy of ours
        ("203.0.113.9:50123", "203.0.113.9"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("203.0.113.9, ::ffff:10.1.2.3", "203.0.113.9"),
    ],
)
async def test_of_forwarded_addresses_the_last_that_is_no_proxy_of_ours_counts(
    open_with: Callable[..., Any], sent: str, address: str
) -> None:
    wrong = {"tenantId": "demo", "username": "bob", "password": "x"}
    async with open_with(trusted_proxies=("127.0.0.1", "10.1.2.3/16")) as shop:
        answer = await shop.http.post("/api/v1/auth/login", json=wrong, headers={"X-Forwarded-For": sent})
        assert answer.status_code == 401
    assert shop.rows("SELECT address FROM audit_entry WHERE kind = 'sign_in'") == [(address,)]


async def test_a_request_that_is_broken_off_is_no_failure(
    shop: ShopServer, capfd: pytest.CaptureFixture[str]
) -> None:
    async def half_a_body() -> Any:
        yield b"{"
        raise ConnectionAbortedError

    bob = await shop.sign_in("demo", "bob")
    with pytest.raises(ConnectionAbortedError):
        await shop.http.post("/api/v1/realtime/ping", content=half_a_body(), headers=bob.headers)
    metrics = httpx.Response(200, text="")
    while 'route="/api/v1/realtime/ping",status="499"' not in metrics.text:
        metrics = await shop.metrics()
    assert 'evertill_errors_total{kind="request"} 0.0' in metrics.text
    assert "request.failed" not in capfd.readouterr().out


async def test_a_bug_is_answered_counted_and_logged_once_with_its_traceback(
    shop: ShopServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def beyond_the_program(*_anything: object, **_more: object) -> None:
        raise LookupError("a bug")

    monkeypatch.setattr("server_stub.services.streams.stock_view.stock_of", beyond_the_program)
    bob = await shop.sign_in("demo", "bob")
    answer = await bob.get("/stock/p")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (500, "internal")
    assert error["requestId"] == answer.headers["x-request-id"]
    assert "a bug" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert 'evertill_errors_total{kind="request"} 1.0' in (await shop.metrics()).text
    logged = "".join(capfd.readouterr())
    assert logged.count("request.failed") == 1
    assert error["requestId"] in logged
    assert "LookupError" in logged


@pytest.mark.parametrize(
    ("head", "status", "code"),
    [
        (b"GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 400_000, 413, "payload_too_large"),
        (b"GET /" + b"a" * 400_000, 413, "payload_too_large"),
        (b"BREW /pot HTCPCP/1.0\r\n\r\n", 400, "bad_request"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01", 400, "bad_request"),
    ],
    ids=["long header", "long line", "another protocol", "TLS"],
)
async def test_what_is_no_http_or_has_no_end_is_refused_in_the_envelope(
    shop: ShopServer, head: bytes, status: int, code: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(shop.url.rpartition(":")[2]))
    writer.write(head)
    answer = await asyncio.wait_for(_read_all(reader), WAIT_S)
    writer.close()
    told, _, body = answer.partition(b"\r\n\r\n")
    assert told.startswith(f"HTTP/1.1 {status} ".encode())
    assert orjson.loads(body)["error"]["code"] == code


async def test_trailers_without_end_close_the_connection(shop: ShopServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(shop.url.rpartition(":")[2]))
    writer.write(b"POST /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Long: ")
    writer.write(b"a" * 2_000_000)
    await asyncio.wait_for(_read_all(reader), WAIT_S)
    writer.close()


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /livez HTTP/1.1\r\nHost: x\r\n",
        b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{",
    ],
    ids=["nothing", "half a head", "half a body"],
)
async def test_who_does_not_go_on_is_closed(open_with: Callable[..., Any], said: bytes) -> None:
    async with open_with(head_within_s=0.2, body_pause_s=0.2) as shop:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(shop.url.rpartition(":")[2]))
        writer.write(said)
        # Less than the keep-alive of uvicorn, which closes some of these too.
        await asyncio.wait_for(_read_all(reader), 4)
        writer.close()


async def test_an_empty_line_does_not_keep_a_connection(open_with: Callable[..., Any]) -> None:
    async with open_with(head_within_s=0.2) as shop:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(shop.url.rpartition(":")[2]))
        writer.write(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"}}")
        # It stops the clock that uvicorn has set when the answer was given.
        writer.write(b"\r\n")
        await asyncio.wait_for(_read_all(reader), 4)
        writer.close()


async def test_a_socket_and_a_long_poll_outlive_the_deadlines(open_with: Callable[..., Any]) -> None:
    within_s = 1.0
    """The test's own requests have to begin within it, on a busy machine too."""
    async with open_with(head_within_s=within_s, body_pause_s=within_s, sync_state_s=within_s) as shop:
        bob = await shop.sign_in("demo", "bob")
        socket = await shop.join("demo", bob)
        session = orjson.loads((await shop.http.get(POLLING)).content[1:])["sid"]
        poll = asyncio.create_task(shop.http.get(f"{POLLING}&sid={session}"))
        over_s = asyncio.get_running_loop().time() + 2 * within_s
        while asyncio.get_running_loop().time() < over_s:
            socket.heard.clear()
            await socket.hear("sync-state")
        assert not poll.done()
        assert (await socket.call("ping"))["success"]
        await shop.http.post(f"{POLLING}&sid={session}", content=b"40{}")
        assert (await poll).status_code == 200


async def test_a_body_in_many_small_chunks_is_taken(shop: ShopServer) -> None:
    async def crumbs() -> Any:
        for start in range(0, len(body), 64):
            yield body[start : start + 64]

    body = orjson.dumps({"items": [], "filling": "x" * 900_000})
    bob = await shop.sign_in("demo", "bob")
    answer = await shop.http.post("/api/v1/realtime/offline-queue", content=crumbs(), headers=bob.headers)
    assert answer.json() == {"success": True, "data": {"results": []}}


async def _read_all(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
