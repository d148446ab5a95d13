"""Input that is too much, too deep or nonsense: the envelope or a closed connection, and a living server."""

import asyncio
import base64
import gzip
import json
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson
import pytest
import websockets

from server_stub.settings import Settings
from server_stub.store import tables
from sync_agent.contract import paths
from sync_agent.contract.codes import (
    EVENT_BYTES_MAX,
    QUEUE_EVENT_BYTES_MAX,
    QUEUE_OPERATIONS_MAX,
    QUEUE_REQUEST_BYTES_MAX,
)
from tests.kit.bearers import Bearers, open_bearers, verdict
from tests.kit.canaries import rows_of
from tests.kit.clients import Person
from tests.kit.operations import count, movement, operation, sale
from tests.kit.postgresql import FreshDatabase, demo_shops
from tests.kit.waiting import WAIT_S

NUL = "before\x00after"


@pytest.fixture
def alice(world: Bearers) -> Person:
    return world.person("alice", "manager")


@pytest.fixture
async def untouched(world: Bearers) -> AsyncIterator[None]:
    """Nothing that the test sends is stored, and the server still works."""
    before = rows_of(world.shop, "demo")
    yield
    assert await world.is_alive()
    after = rows_of(world.shop, "demo")
    # That something was refused is written down, and that is all.
    status = tables.operation.c.keys().index("status")
    for one in (before, after):
        for trail in ("audit_entry", "audit_head"):
            one.pop(trail)
        one["operation"] = [row for row in one["operation"] if row[status] != "rejected"]
    assert after == before


@asynccontextmanager
async def raw_socket(world: Bearers) -> AsyncIterator[websockets.ClientConnection]:
    """A connection with hand-written Socket.IO packets; it has not joined."""
    url = world.shop.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    async with websockets.connect(url, proxy=None) as raw:
        await raw.recv()
        await raw.send("40")
        await raw.recv()
        yield raw


async def answer_to(raw: websockets.ClientConnection, number: int) -> dict[str, Any]:
    """The acknowledgement of the event that was sent with that number."""
    async with asyncio.timeout(WAIT_S):
        while True:
            told = str(await raw.recv())
            if told.startswith(f"43{number}["):
                (answer,) = json.loads(told.removeprefix(f"43{number}"))
                return dict(answer)


async def sent(
    world: Bearers, person: Person, body: bytes, path: str = paths.QUEUE, **headers: str
) -> httpx.Response:
    return await world.shop.http.post(path, content=body, headers=person.headers | headers)


def padded(value: dict[str, Any], size: int) -> bytes:
    """The JSON of a value in exactly that many bytes."""
    bare = len(orjson.dumps({**value, "pad": ""}))
    body = orjson.dumps({**value, "pad": "x" * (size - bare)})
    assert len(body) == size
    return body


# --- how much ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("compressed", [False, True])
async def test_an_upload_may_be_as_large_as_it_says_and_no_byte_larger(
    world: Bearers, alice: Person, compressed: bool
) -> None:
    headers = {"Content-Encoding": "gzip"} if compressed else {}
    for size, expected in ((QUEUE_REQUEST_BYTES_MAX, (200, None)), (QUEUE_REQUEST_BYTES_MAX + 1, TOO_LARGE)):
        body = padded({"items": []}, size)
        response = await sent(world, alice, gzip.compress(body) if compressed else body, **headers)
        assert verdict(response) == expected


TOO_LARGE = (413, "payload_too_large")


async def test_any_other_body_is_held_to_the_limit_of_an_event(world: Bearers, alice: Person) -> None:
    for size, expected in ((EVENT_BYTES_MAX, (200, None)), (EVENT_BYTES_MAX + 1, TOO_LARGE)):
        assert verdict(await sent(world, alice, padded({}, size), paths.PING)) == expected
    for path in (paths.LOGIN, paths.REFRESH):
        assert verdict(await sent(world, alice, padded({}, EVENT_BYTES_MAX + 1), path)) == TOO_LARGE


@pytest.mark.usefixtures("untouched")
async def test_a_bomb_is_not_inflated(world: Bearers, alice: Person) -> None:
    bomb = gzip.compress(b" " * 512 * QUEUE_REQUEST_BYTES_MAX)
    assert len(bomb) < QUEUE_REQUEST_BYTES_MAX
    for body in (bomb, gzip.compress(bomb), bomb + bomb):
        status, _code = verdict(await sent(world, alice, body, **{"Content-Encoding": "gzip"}))
        assert status in (400, 413)


@pytest.mark.usefixtures("untouched")
async def test_what_is_not_whole_gzip_is_refused(world: Bearers, alice: Person) -> None:
    item = movement("p", 1)
    whole = gzip.compress(orjson.dumps({"items": [item]}))
    broken = bytearray(whole)
    broken[-5] ^= 0xFF
    for body in (whole[:-1], whole[:10], b"\x1f\x8b", bytes(broken), zlib.compress(whole), b"{}"):
        response = await sent(world, alice, body, **{"Content-Encoding": "gzip"})
        assert verdict(response) == (400, "bad_request")


@pytest.mark.usefixtures("untouched")
async def test_other_encodings_are_refused(world: Bearers, alice: Person) -> None:
    body = zlib.compress(orjson.dumps({"items": [movement("p", 1)]}))
    for encoding in ("br", "deflate", "zstd", "gzip, gzip", "x", "gzip;q=1", "identity, br"):
        response = await sent(world, alice, body, **{"Content-Encoding": encoding})
        assert verdict(response) == (400, "bad_request"), encoding


async def test_an_upload_has_so_many_operations_and_not_one_more(world: Bearers, alice: Person) -> None:
    for many, expected in ((QUEUE_OPERATIONS_MAX, (200, None)), (QUEUE_OPERATIONS_MAX + 1, TOO_LARGE)):
        response = await sent(world, alice, orjson.dumps({"items": [{}] * many}))
        assert verdict(response) == expected


async def test_an_event_may_be_as_large_as_it_says_and_no_byte_larger(world: Bearers, alice: Person) -> None:
    socket = await world.shop.join("demo", alice)
    bare = len(orjson.dumps([{"pad": ""}]))
    for size, code in ((EVENT_BYTES_MAX, None), (EVENT_BYTES_MAX + 1, "payload_too_large")):
        answer = await socket.call("ping", {"pad": "x" * (size - bare)})
        assert answer.get("error", {}).get("code") == code
    bare = len(orjson.dumps([[{"pad": ""}]]))
    for size, code in ((QUEUE_EVENT_BYTES_MAX, None), (QUEUE_EVENT_BYTES_MAX + 1, "payload_too_large")):
        answer = await socket.call("sync-offline-queue", [{"pad": "x" * (size - bare)}])
        assert answer.get("error", {}).get("code") == code
    answer = await socket.call("sync-offline-queue", [{}] * (QUEUE_OPERATIONS_MAX + 1))
    assert answer["error"]["code"] == "payload_too_large"


@pytest.mark.usefixtures("untouched")
async def test_a_message_beyond_all_bounds_closes_its_own_connection_alone(
    world: Bearers, alice: Person
) -> None:
    mine, others = await world.shop.join("demo", alice), await world.shop.join("demo", alice)
    await mine.client.emit("ping", {"pad": "x" * (2 * world.settings.socket_message_bytes_max)})
    async with asyncio.timeout(WAIT_S):
        await mine.client.wait()
    assert (await others.call("ping", {}))["success"]


@pytest.mark.usefixtures("untouched")
async def test_binary_is_refused_and_the_connection_lives(world: Bearers, alice: Person) -> None:
    socket = await world.shop.join("demo", alice)
    for event in ("ping", "inventory-update", "sync-offline-queue", "no-such-event"):
        for payload in (b"x", {"productId": b"x"}, [b"x" * 1000]):
            answer = await socket.call(event, payload)
            assert answer["error"]["code"] in ("bad_request", "unknown_event")
    assert (await socket.call("ping", {}))["success"]


# --- JSON that is none, or odd -----------------------------------------------------------------------------

OF_CODES = (paths.CODES, paths.CODE_LOOK_UP, paths.CODE_ACCEPT, paths.SET_UP)
ODD_JSON = {
    "nothing": b" ",
    "half of it": b'{"items": [',
    "two of it": b"{}{}",
    "a trailing comma": b'{"items": [],}',
    "NaN": b'{"items": [NaN]}',
    "Infinity": b'{"items": [-Infinity]}',
    "no UTF-8": b'{"items": ["\xff\xfe"]}',
    "UTF-16": '{"items": []}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"items": []}',
    "half a surrogate pair": b'{"items": ["\\ud800"]}',
    "a comment": b'{"items": [] /* none */}',
    "single quotes": b"{'items': []}",
    "deep lists": b'{"items": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"items": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "items of words": b'{"items": "abc"}',
    "items of null": b'{"items": null}',
    "a form": b"items=1&token=2",
    "NUL bytes": b"\x00" * 100,
}


@pytest.mark.usefixtures("untouched")
async def test_a_body_that_is_no_object_of_json_is_a_bad_request(world: Bearers, alice: Person) -> None:
    for name, body in ODD_JSON.items():
        for path in (paths.QUEUE, paths.RESOLVE, paths.ENROLL, paths.LOGIN, *OF_CODES):
            is_long = len(body) > EVENT_BYTES_MAX and path != paths.QUEUE
            expected = TOO_LARGE if is_long else (400, "bad_request")
            assert verdict(await sent(world, alice, body, path)) == expected, (name, path)


@pytest.mark.usefixtures("untouched")
async def test_a_number_that_is_no_whole_number_in_bounds_is_refused(world: Bearers, alice: Person) -> None:
    huge = ("1e999", "-1e999", "9" * 400, "1" + "0" * 30, "2e12", "2000000000000")
    for number in (*huge, "1.5", "1e0", "-0.0", "true", '"5"', "[5]", "null"):
        item = json.dumps(movement("p", 1)).replace('"delta": 1', f'"delta": {number}')
        assert f'"delta": {number}' in item
        response = await sent(world, alice, f'{{"items": [{item}]}}'.encode())
        told = verdict(response)
        if told == (200, None):
            (result,) = response.json()["data"]["results"]
            told = (400, result.get("code"))
        assert told == (400, "bad_request"), number


async def test_of_keys_given_twice_the_last_one_counts_for_everything(world: Bearers, alice: Person) -> None:
    # What is hashed, stored and done is one and the same reading.
    item = json.dumps(movement("p", 1, id="twice")).replace('"delta": 1', '"delta": 1, "delta": 7')
    body = f'{{"items": [], "items": [{item}]}}'.encode()
    (result,) = (await sent(world, alice, body)).json()["data"]["results"]
    assert result["status"] == "applied"
    assert await alice.stock("p") == (7, 1)
    again = movement("p", 7, id="twice")
    again["data"] |= {"reason": "receive"}
    assert (await alice.send(again))[0]["repeated"] is True


@pytest.mark.usefixtures("untouched")
async def test_deep_nesting_is_refused_wherever_it_stands(world: Bearers, alice: Person) -> None:
    # More than a JSON writer follows, less than a JSON reader gives up at.
    deep = "[" * 400 + "]" * 400
    operations = [
        '{"id": "x", "operation": "update", "resourceType": "stock_level", "data": {"delta": DEEP}}',
        '{"id": "x", "operation": "update", "resourceType": "stock_level", "data": DEEP}',
        '{"id": DEEP}',
        '{"id": "x", "resourceType": DEEP}',
        '{"id": "x", "operation": "update", "resourceType": "conflict", "resourceId": "c",'
        ' "data": {"resolution": "merge", "mergedData": DEEP}}',
    ]
    body = ('{"items": [' + ",".join(operations) + "]}").replace("DEEP", deep)
    response = await sent(world, alice, body.encode())
    assert {result["code"] for result in response.json()["data"]["results"]} == {"bad_request"}
    asked = {
        paths.BROADCAST: '{"type": "announcement", "data": {"text": DEEP}}',
        paths.RESOLVE: '{"conflictId": "c", "resolution": "merge", "mergedData": {"name": DEEP}}',
        paths.ENROLL: '{"name": "T", "locationId": "main", "more": DEEP}',
        paths.PING: "DEEP",
    }
    for path, form in asked.items():
        response = await sent(world, alice, form.replace("DEEP", deep).encode(), path)
        assert verdict(response) == (400, "bad_request"), path
    async with raw_socket(world) as raw:
        for event in ("join-tenant", "ping", "no-such-event"):
            await raw.send(f'427["{event}",{{"token":{deep}}}]')
            answer = await answer_to(raw, 7)
            assert answer["error"]["code"] in ("bad_request", "unauthorized", "unknown_event")


# --- words that no name may hold ---------------------------------------------------------------------------

ODD_IDS = {
    "empty": "",
    "long": "x" * 65,
    "very long": "x" * 50_000,
    "a path": "../../etc/passwd",
    "a path in Windows": "..\\..\\boot.ini",
    "SQL": "x' OR '1'='1",
    "a room": "tenant-demo/other#changes",
    "NUL": NUL,
    "a new line": "x\n",
    "a blank": "x y",
    "right to left": "x\u202ey",
    "half-width": "ｘ",
    "an emoji": "\U0001f4a9",
    "a percent": "%2e%2e",
    "a null": None,
    "a number": 7,
    "a list": ["x"],
}


@pytest.mark.usefixtures("untouched")
async def test_an_id_that_is_no_plain_word_is_refused_in_every_field(world: Bearers, alice: Person) -> None:
    socket = await world.shop.join("demo", alice)
    update = {"productId": "p", "locationId": "main", "newQuantity": 1}
    for name, odd in ODD_IDS.items():
        items = [movement("p", 1) | {"id": odd}]
        if odd is not None:
            fields = ("resourceId", "locationId", "actorId", "approvedById", "replaces")
            items += [movement("p", 1) | {field: odd} for field in fields]
        told = {(result["status"], result["code"]) for result in await alice.send(*items)}
        assert told == {("rejected", "bad_request")}, name
        for field in ("productId", "locationId"):
            answer = await socket.call("inventory-update", {**update, field: odd})
            assert answer["error"]["code"] == "bad_request", name
        decision = {"conflictId": odd, "resolution": "accept_local"}
        assert verdict(await alice.post("/realtime/resolve-conflict", decision)) == (400, "bad_request")
        till = {"name": "T", "locationId": odd}
        assert verdict(await alice.post("/devices/enroll", till)) == (400, "bad_request"), name


@pytest.mark.usefixtures("untouched")
async def test_an_odd_word_in_a_path_leads_nowhere(world: Bearers, alice: Person) -> None:
    odds = ("%00", "a%00b", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%ff%fe", "x" * 4000, "%0d%0aX:%20y", "%25")
    for path in [f"{start}{odd}" for start in ("/stock/", "/shifts/") for odd in odds]:
        response = await world.shop.http.get(f"/api/v1{path}", headers=alice.headers)
        # There is simply no stock of such a product.
        told = verdict(response) if response.is_error else (404, "not_found")
        assert told in ((400, "bad_request"), (404, "not_found")), (path, response.text)
        assert "X" not in response.headers


@pytest.mark.usefixtures("untouched")
async def test_an_odd_word_in_a_query_is_refused_in_words(world: Bearers, alice: Person) -> None:
    streams = ("%00", "tenant-demo%00", "..", "x" * 300, "", "tenant-demo'--", "%ff")
    queries = [f"{paths.CHANGES}?stream={stream}&after=0" for stream in streams]
    queries += [f"{paths.SNAPSHOT}?stream={stream}" for stream in streams]
    queries += [f"{paths.DIGEST}?stream={stream}" for stream in streams]
    for after in ("-1", "9" * 30, "NaN", "1e3", "", "0x1", "%00", "\u0661"):
        queries.append(f"{paths.CHANGES}?stream=tenant-demo&after={after}x")
        queries.append(f"{paths.AUDIT}?after={after}x")
    queries += [
        f"{paths.CHANGES}?stream=tenant-demo&after=0&limit={limit}" for limit in ("0", "-1", "9" * 20, "x")
    ]
    queries += [f"{paths.CHANGES}?stream=tenant-demo&after=0&changeId=%00"]
    queries += [f"{paths.AUDIT}?{name}=%00" for name in ("actor", "resource", "kind", "since")]
    queries += [f"{paths.AUDIT}?since={since}" for since in ("x", "9999999999999999", "0000-00-00")]
    queries += [f"{paths.CONFLICTS}?status=other", f"{paths.CONFLICTS}?locationId={'x' * 65}"]
    told = {}
    for query in queries:
        told[query] = verdict(await world.shop.http.get(query, headers=alice.headers))
    allowed = ((400, "bad_request"), (404, "not_found"))
    assert {query: answer for query, answer in told.items() if answer not in allowed} == {}


@pytest.mark.usefixtures("untouched")
async def test_a_page_token_may_say_anything_and_opens_nothing(world: Bearers, alice: Person) -> None:
    stream = "tenant-demo-location-main"
    page = (await alice.get("/realtime/snapshot", stream=stream)).json()["data"]
    good = json.loads(base64.urlsafe_b64decode(page["nextPageToken"]))
    odds: list[Any] = [-1, 2**63, 10**30, 1.5, None, True, [], {}, NUL]
    forged = [
        good | {name: value} for name in good for value in odds if not (name == "after" and value is None)
    ]
    forged += [
        good | {"resource_type": kind, "after": after}
        for kind in ("stock_level", "stock_movement", "x")
        for after in odds
        if after is not None
    ]
    forged += [good | {"stream": other} for other in ("tenant-rival", "tenant-demo", "")]
    for token in forged:
        encoded = base64.urlsafe_b64encode(json.dumps(token).encode()).decode()
        response = await alice.get("/realtime/snapshot", stream=stream, pageToken=encoded)
        assert response.status_code < 500, token
        if response.is_error:
            assert verdict(response) == (400, "bad_request")
        else:
            assert response.json()["data"]["stream"] == stream
    for text in ("", "e30=", "bnVsbA==", "%%%", "x" * 2001, "é", "A" * 1999):
        response = await alice.get("/realtime/snapshot", stream=stream, pageToken=text)
        assert response.status_code in ((200, 400) if text == "" else (400,)), text


@pytest.mark.usefixtures("untouched")
async def test_a_nul_in_any_text_is_refused(world: Bearers, alice: Person) -> None:
    noted = movement("p", 1)
    noted["data"]["note"] = NUL
    keyed = movement("p", 1)
    keyed["data"][NUL] = 1
    items = [
        noted,
        keyed,
        movement("p", 1, extra=NUL),
        count("p", 1, note=NUL) | {"data": {"newQuantity": 1, "note": NUL}},
        operation("product", {"name": NUL}, operation="create", resourceId="tea"),
        operation(NUL, {}),
        {NUL: NUL},
    ]
    results = await alice.send(*items)
    assert {(result["status"], result["code"]) for result in results} == {("rejected", "bad_request")}
    ada = world.person("ada", "admin")
    asked = [
        ("POST", paths.ENROLL, {"name": NUL, "locationId": "main"}),
        ("POST", paths.CODES, {"locationId": NUL}),
        ("POST", paths.CODE_LOOK_UP, {"code": NUL}),
        ("POST", paths.CODE_ACCEPT, {"code": "8F3K-Q2ZN-7M4T", "nonce": "n" * 40, "name": NUL}),
        ("POST", paths.SET_UP, {"code": NUL}),
        ("POST", paths.BROADCAST, {"type": "announcement", "data": {"text": NUL}}),
        ("PATCH", paths.USERS + "/bob", {"name": NUL}),
        ("POST", paths.REFRESH, {"refreshToken": "evr_demo\x00_x"}),
        ("POST", paths.LOGIN, {"tenantId": "demo", "username": NUL, "password": "x"}),
        ("POST", paths.QUARANTINE + "/x/discard", {"reason": NUL}),
    ]
    for method, path, body in asked:
        response = await world.ask(method, path, ada, body)
        assert verdict(response) == (400, "bad_request"), path
    socket = await world.shop.join("demo", alice)
    answer = await socket.call(
        "resolve-conflict", {"conflictId": "c", "resolution": "merge", "mergedData": {"name": NUL}}
    )
    assert answer["error"]["code"] == "bad_request"


async def test_a_sale_with_a_nul_in_its_texts_is_taken_without_it(world: Bearers) -> None:
    till = await world.bearer("device")
    odd = sale({"p": 1}, id="odd-sale", actorId="bob")
    odd["data"]["lines"][0]["description"] = NUL
    (result,) = await till.send(odd)
    assert result["status"] == "applied"
    assert "text_cleaned" in result["result"]["flags"]
    ((data,),) = world.shop.rows("SELECT data FROM till_transaction WHERE id = 'odd-sale'")
    assert json.loads(data)["lines"][0]["description"] == NUL.replace("\x00", "")


async def test_a_sale_with_a_nul_around_it_is_kept_whole_for_a_manager(world: Bearers) -> None:
    till = await world.bearer("device")
    odd = sale({"p": 1}, id="odd-sale", actorId="bob") | {"prevHash": NUL}
    (result,) = await till.send(odd)
    assert (result["status"], result["success"]) == ("quarantined", True)
    ((payload,),) = world.shop.rows("SELECT payload FROM quarantine WHERE operation_id = 'odd-sale'")
    assert json.loads(payload)["data"] == odd["data"]
    (again,) = await till.send(odd)
    assert again["repeated"] is True


@pytest.mark.xdist_group("scale")
async def test_no_nul_reaches_a_database_that_cannot_hold_one(
    fresh_database: Callable[..., FreshDatabase], tmp_path: Path
) -> None:
    database = await asyncio.to_thread(fresh_database, demo_shops)
    async with open_bearers(Settings(home=tmp_path, database_url=database.server_url)) as world:
        alice, till = world.person("alice", "manager"), await world.bearer("device")
        odd_id = movement("p", 1) | {"id": NUL}
        noted = movement("p", 1)
        noted["data"]["note"] = NUL
        results = await alice.send(odd_id, noted, operation("conflict", {"conflictId": NUL}))
        assert [result["code"] for result in results] == ["bad_request"] * 3
        odd = sale({"p": 1}, id="odd-sale", actorId="bob")
        odd["data"]["lines"][0]["description"] = NUL
        odder = sale({"p": 1}, id="odder-sale", actorId="bob") | {"prevHash": NUL}
        results = await till.send(odd, odder)
        assert [result["status"] for result in results] == ["applied", "quarantined"]
        stream = "tenant-demo-location-main"
        token = {"stream": stream, "seq": 1, "change_id": "x", "epoch": "x", "rows_total": 1}
        for kind, after in (("stock_level", NUL), ("stock_level", 7), ("stock_movement", "x")):
            encoded = base64.urlsafe_b64encode(orjson.dumps({**token, "resource_type": kind, "after": after}))
            response = await alice.get("/realtime/snapshot", stream=stream, pageToken=encoded.decode())
            assert verdict(response) == (400, "bad_request"), (kind, after)
        for path in ("/stock/%00", "/audit?actor=%00", "/realtime/changes?stream=%00&after=0"):
            response = await world.shop.http.get(f"/api/v1{path}", headers=alice.headers)
            assert verdict(response) in ((400, "bad_request"), (404, "not_found")), path
        for body in ({"refreshToken": "evr_a\x00_b"}, {"refreshToken": f"evr_demo_{NUL}"}):
            assert verdict(await world.ask("POST", paths.REFRESH, body=body)) == (400, "bad_request")
        assert await world.is_alive()


# --- HTTP itself -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("untouched")
async def test_a_method_that_a_path_does_not_have_is_refused_in_the_envelope(
    world: Bearers, alice: Person
) -> None:
    for path in (paths.QUEUE, paths.CHANGES, paths.USERS, "/livez", paths.LOGIN):
        for method in ("PUT", "DELETE", "TRACE", "PROPFIND", "X" * 20):
            response = await world.shop.http.request(method, path, headers=alice.headers)
            if response.status_code == 400 and not response.headers.get("content-type", "").startswith(
                "application/json"
            ):
                continue  # no method of HTTP at all: refused before the application
            assert verdict(response)[0] in (400, 405), (method, path, response.status_code)


async def test_what_a_body_is_called_does_not_change_how_it_is_read(world: Bearers, alice: Person) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"):
        response = await sent(world, alice, b"{}", paths.PING, **{"Content-Type": kind})
        assert verdict(response) == (200, None)
        response = await sent(world, alice, b"a=1", paths.PING, **{"Content-Type": kind})
        assert verdict(response) == (400, "bad_request")


GARBAGE = {
    "noise": bytes(range(256)) * 8,
    "half a request": b"GET /livez HTTP/1.1\r\nHost: x\r\n",
    "no such version": b"GET /livez HTTP/9.9\r\nHost: x\r\n\r\n",
    "endless header": b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    "two lengths": b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": (
        b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    ),
    "a negative length": b"POST /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "a huge chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
    "a folded header": b"GET /livez HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
    "a NUL in a header": b"GET /livez HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n",
    "pipelined garbage": b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" + b"\xff" * 5000,
    "TLS": bytes.fromhex("16030100a5010000a10303") + b"\x01" * 200,
    "an upgrade to nothing": b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    "a socket without a key": (
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n"
        b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    ),
}


@pytest.mark.usefixtures("untouched")
async def test_garbage_on_the_port_costs_its_own_connection_alone(world: Bearers) -> None:
    address = urlsplit(world.shop.url)
    for name, garbage in GARBAGE.items():
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            writer.write(garbage)
            writer.write_eof()
            async with asyncio.timeout(WAIT_S):
                answer = await reader.read()
        except ConnectionError:
            answer = b""
        finally:
            writer.close()
        for word in (b"Traceback", b" 500 ", b"smuggled"):
            assert word not in answer, name
        assert await world.is_alive(), name


# --- Engine.IO and Socket.IO below the client's library ----------------------------------------------------

PACKETS = {
    "noise": "\x00\x01\x02",
    "a number alone": "4",
    "no such packet type": "9hello",
    "no such message type": "49",
    "an event of nothing": "42",
    "an event that is no list": "42{}",
    "an event without a name": "42[]",
    "an event named by a number": '42[7,{"a":1}]',
    "an event named by null": "42[null]",
    "an event named by a list": '42[["ping"],{}]',
    "an event named like the library's": '42["disconnect"]',
    "half an event": '42["ping",{"a":',
    "NaN": '42["ping",NaN]',
    "half a surrogate pair": '42["ping","\\ud800"]',
    "a huge id": "42" + "9" * 300 + '["ping",{}]',
    "another namespace": '42/admin,["ping",{}]',
    "a connect to another namespace": "40/admin,",
    "a second connect": '40{"token":"x"}',
    "a connect with a list": "40[1]",
    "an ack that nobody asked for": "43999[1]",
    "an ack without an id": "43[1]",
    "an error packet": '44{"message":"x"}',
    "binary without attachments": '451-["ping",{"_placeholder":true,"num":0}]',
    "binary with a million attachments": '451000000-["ping",{"_placeholder":true,"num":0}]',
    "a placeholder beyond": '451-["ping",{"_placeholder":true,"num":99}]',
    "deep": '42["ping",' + "[" * 20_000 + "]" * 20_000 + "]",
    "an upgrade": "5",
    "a probe": "2probe",
}


@pytest.mark.usefixtures("untouched")
async def test_a_garbage_packet_costs_its_own_connection_at_most(
    world: Bearers, alice: Person, caplog: pytest.LogCaptureFixture
) -> None:
    neighbour = await world.shop.join("demo", alice)
    for name, packet in PACKETS.items():
        async with raw_socket(world) as raw:
            try:
                await raw.send(packet)
                # Twice, because the first may be read as the attachment that a packet announced.
                await raw.send('427["ping",{}]')
                await raw.send('427["ping",{}]')
                # Whatever came of it, the next event is answered or the connection is closed.
                assert (await answer_to(raw, 7))["error"]["code"] == "unauthorized", name
            except websockets.ConnectionClosed:
                pass
        assert (await neighbour.call("ping", {}))["success"], name
    assert [record for record in caplog.records if "never retrieved" in record.getMessage()] == []


@pytest.mark.usefixtures("untouched")
async def test_nobody_makes_the_server_gather_binary_without_end(world: Bearers) -> None:
    async with raw_socket(world) as raw:
        await raw.send('451000000-["ping",{"_placeholder":true,"num":0}]')
        # If the server believed the packet, this would be the first of a million attachments.
        await raw.send('427["ping",{}]')
        assert (await answer_to(raw, 7))["error"]["code"] == "unauthorized"


@pytest.mark.usefixtures("untouched")
async def test_an_event_that_cannot_be_read_is_acknowledged_with_a_refusal(world: Bearers) -> None:
    async with raw_socket(world) as raw:
        for number, packet in enumerate(('["ping",NaN]', '["ping",{"a":', "{}", "[]", '[7,{"a":1}]')):
            await raw.send(f"42{number}{packet}")
            assert (await answer_to(raw, number))["success"] is False


@pytest.mark.usefixtures("untouched")
async def test_odd_handshakes_are_refused_and_leave_nothing(world: Bearers) -> None:
    queries = (
        "",
        "EIO=4",
        "EIO=3&transport=websocket",
        "EIO=4&transport=carrier-pigeon",
        "EIO=4&transport=polling&sid=x",
        "EIO=%00&transport=%00",
        "EIO=4&transport=polling&sid=" + "x" * 5000,
        "EIO=4&transport=polling&j=0",
    )
    for query in queries:
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            response = await world.shop.http.request(method, f"/socket.io/?{query}", content=b"4" * 100)
            assert response.status_code < 500, (method, query, response.text)
