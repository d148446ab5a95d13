"""The log: JSON lines that say what happened and contain no secrets."""

import asyncio
import io
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import structlog

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.monitoring import logs
from server_stub.settings import Settings
from tests.kit.servers import ShopServer

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJib2IifQ.c2lnbmF0dXJl"
SECRET = "s3cr3tw0rd"
CORPUS = [
    {"token": SECRET},
    {"refreshToken": SECRET},
    {"access_token": SECRET},
    {"password": SECRET},
    {"password_hash": SECRET},
    {"pin": SECRET},
    {"pinVerifier": SECRET},
    {"pepper": SECRET},
    {"Authorization": f"Bearer {SECRET}"},
    {"payload": {"lines": [SECRET]}},
    {"query_string": f"q={SECRET}"},
    {"detail": {"deep": [{"newPassword": SECRET}]}},
    {"message": f"wrong header: Bearer {SECRET}"},
    {"message": f"evr_demo_{SECRET}"},
    {"message": f"the token evd_shop.two_{SECRET} does not hold"},
    {"message": f'{{"password": "{SECRET} and more"}}'},
    {"message": f"password={SECRET} pin: {SECRET}"},
    {"message": f"GET /api/v1/realtime/changes?stream={SECRET}&after=3"},
    {"message": f"postgresql+psycopg://evertill:{SECRET}@db.example/shop"},
    {"message": f"redis://:{SECRET}@cache.example:6379/0"},
    {"message": f"$argon2id$v=19$m=65536,t=3,p=4${SECRET}$hash"},
    {"message": f"name: wrong [type=x, input_value='{SECRET}', input_type=str]"},
]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Configures the log as the command does, and gives a way to read what was written."""
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in logs._OTHERS_LEAST}
    logs.configure("info")
    try:
        yield lambda: [orjson.loads(line) for line in written.getvalue().splitlines()]
    finally:
        structlog.configure(**before)
        root.handlers[:] = handlers
        root.setLevel(level)
        for name, one in levels.items():
            logging.getLogger(name).setLevel(one)


@pytest.mark.parametrize("fields", CORPUS, ids=lambda fields: str(fields)[:60])
def test_no_secret_gets_into_the_log(lines: Any, fields: dict[str, Any]) -> None:
    structlog.get_logger().warning("tried", **fields)
    (line,) = lines()
    assert line["event"] == "tried"
    assert SECRET not in orjson.dumps(line).decode()


def test_a_token_is_masked_wherever_it_stands(lines: Any) -> None:
    structlog.get_logger().warning(f"before {JWT} after", told=[JWT, {"x": f"a {JWT}"}])
    (line,) = lines()
    assert line["event"] == "before (removed) after"
    assert "eyJ" not in orjson.dumps(line).decode()


def test_what_is_no_secret_stays(lines: Any) -> None:
    structlog.get_logger().info("request.done", route="/livez", status=200, ms=1.5, tenant="demo", actor=None)
    (line,) = lines()
    assert (line["route"], line["status"], line["ms"], line["tenant"]) == ("/livez", 200, 1.5, "demo")
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")
    assert "actor" not in line


def test_a_traceback_is_text_without_the_values_of_variables(lines: Any) -> None:
    def sign_in() -> None:
        password = "in a variable"
        raise ValueError(f"refused {JWT} {len(password)}")

    try:
        sign_in()
    except ValueError:
        structlog.get_logger().exception("event.failed")
    (line,) = lines()
    assert "in sign_in" in line["exception"]
    assert "in a variable" not in line["exception"].replace('password = "in a variable"', "")
    assert "eyJ" not in line["exception"]


def test_libraries_go_the_same_way_and_their_chatter_is_left_out(lines: Any) -> None:
    logging.getLogger("uvicorn.error").info("ready for %s", JWT)
    for chatty in ("engineio.server", "socketio.server", "sqlalchemy.engine"):
        logging.getLogger(chatty).info("a payload")
    logging.getLogger("socketio.server").warning("trouble")
    assert [(line["logger"], line["event"]) for line in lines()] == [
        ("uvicorn.error", "ready for (removed)"),
        ("socketio.server", "trouble"),
    ]


def test_what_json_cannot_hold_does_not_break_the_log(lines: Any) -> None:
    structlog.get_logger().warning("odd", half="\ud800", path=Path("/x"), deep=[[[[[[[[[SECRET]]]]]]]]])
    (line,) = lines()
    assert line["path"] == "/x"
    assert SECRET not in str(line)


async def test_a_request_is_one_line_with_its_id_and_nobodys_secrets(shop: ShopServer, lines: Any) -> None:
    bob = await shop.sign_in("demo", "bob")
    await bob.get("/realtime/changes", stream="tenant-demo", after=0)
    await bob.http.get("/api/v1/stock/p-1", headers={**bob.headers, "X-Request-ID": "till-7.1"})
    await bob.get("/realtime/changes", stream="tenant-rival", after=0)
    done = [line for line in lines() if line["event"] == "request.done"]
    assert [(line["method"], line["route"], line["status"], line["code"]) for line in done] == [
        ("POST", "/api/v1/auth/login", 200, "ok"),
        ("GET", "/api/v1/realtime/changes", 200, "ok"),
        ("GET", "/api/v1/stock/{product_id}", 200, "ok"),
        ("GET", "/api/v1/realtime/changes", 404, "not_found"),
    ]
    assert (done[2]["request_id"], done[2]["tenant"], done[2]["actor"]) == ("till-7.1", "demo", "bob")
    # (The test's own client is in this process too.)
    everything = orjson.dumps([line for line in lines() if line.get("logger") != "httpx"]).decode()
    for secret in (DEMO_PASSWORD, bob.access_token, bob.answer["refreshToken"], "p-1", "stream="):
        assert secret not in everything


async def test_the_command_logs_json_alone_and_no_secrets_even_when_it_tells_all(
    settings: Settings, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "server_stub", "--home", settings.home, "--port", "0"),
            *("--log-level", "debug"),
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )
        assert process.stdout is not None
        try:
            url = (await process.stdout.readline()).decode().removeprefix("listening on ").strip()
            async with httpx.AsyncClient(base_url=url, trust_env=False) as http:
                shop = ShopServer(url, settings.home, http)
                bob = await shop.sign_in("demo", "bob")
                socket = await shop.join("demo", bob)
                await socket.call("join-tenant", {"tenantId": "demo", "userId": "bob", "token": JWT})
                await socket.call("network-status", {"isOnline": SECRET})
                await socket.call(SECRET, [SECRET])
                wrong = {"tenantId": "demo", "username": "bob", "password": SECRET}
                await http.post("/api/v1/auth/login", json=wrong)
                await http.get(f"/{SECRET}?token={JWT}", headers={"Authorization": f"Bearer {SECRET}"})
                await bob.get(f"/stock/{SECRET}", q=SECRET)
                await socket.client.disconnect()
        finally:
            process.terminate()
            await process.wait()
    lines = [orjson.loads(line) for line in log.read_text().splitlines()]
    assert {line["event"] for line in lines} >= {"request.done", "event.done"}
    assert all(line["timestamp"] and line["level"] for line in lines)
    for secret in (SECRET, JWT, DEMO_PASSWORD, bob.access_token, bob.answer["refreshToken"]):
        assert secret not in log.read_text()
