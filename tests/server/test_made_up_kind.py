"""A new kind of operation works completely with a handler in this file alone.

If it needed a line anywhere else, the next real kind would too.
"""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import ClassVar

import httpx
import pytest

from server_stub.documents import documents
from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handler, Handlers, ParsedOperation, Requirement, Rows, resource_of
from server_stub.operations.handlers import BUILT_IN
from server_stub.operations.outcome import Outcome, applied
from server_stub.roles import Action
from server_stub.run import running
from server_stub.settings import Settings
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.wire import ShortText, Wire
from tests.kit.operations import movement, operation
from tests.kit.servers import METRICS_TOKEN, ShopServer


class ShelfLabel(Wire):
    """The goods on a shelf."""

    text: ShortText


class ShelfLabelRow(ShelfLabel):
    id: str
    placed_by: str


class PlaceShelfLabel(Handler[ShelfLabel]):
    """A label on a shelf of the operation's place; nobody writes "free" on one."""

    name = "ShelfLabelOperation"
    resource_type = "shelf_label"
    verb = "create"
    data = ShelfLabel
    why_no_other_verb = "a label is replaced by another one"
    rows: ClassVar[Rows] = {"shelf_label": ShelfLabelRow}

    def requirement(self, context: OperationContext, operation: ParsedOperation[ShelfLabel]) -> Requirement:
        return Requirement(Action.MOVE_STOCK, operation.location_id)

    def apply_one(self, context: OperationContext, operation: ParsedOperation[ShelfLabel]) -> Outcome:
        label_id = resource_of(operation, "a label")
        if operation.data.text == "free":
            raise Refusal(ErrorCode.PRECONDITION_FAILED, "nothing here is free")
        row = ShelfLabelRow(id=label_id, text=operation.data.text, placed_by=operation.actor_id)
        place = operation.location_id
        effect = context.publish(place, "shelf_label", label_id, 1, row.to_wire(), operation.id)
        return applied(operation.id, [effect], {"text": row.text}, audit={"label": row.text})


KNOWN = Handlers([*BUILT_IN, PlaceShelfLabel()])


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[ShopServer]:
    async with (
        running(replace(settings, metrics_token=METRICS_TOKEN), handlers=KNOWN) as server,
        httpx.AsyncClient(base_url=server.url, trust_env=False) as http,
    ):
        shop = ShopServer(server.url, settings.home, http)
        yield shop
        for socket in shop.sockets:
            await socket.disconnect()


def label(text: str, **rest: object) -> dict[str, object]:
    return operation(
        "shelf_label",
        {"text": text},
        **{"operation": "create", "resourceId": "shelf-1", "locationId": "main", **rest},
    )


async def test_it_is_applied_over_http_and_answered_the_same_again(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    sent = label("Jam 2.50")
    (first,) = await bob.send(sent)
    assert (first["status"], first["result"]) == ("applied", {"text": "Jam 2.50"})
    (again,) = await bob.send(sent)
    assert again == {**first, "repeated": True}
    others = [label("free"), label("x", operation="update"), {**label("y"), "data": {}}, movement("p", 1)]
    results = await bob.send(*others)
    assert [(each["status"], each.get("code")) for each in results] == [
        ("rejected", "precondition_failed"),
        ("rejected", "precondition_failed"),
        ("rejected", "bad_request"),
        ("applied", None),
    ]
    (refused,) = await bob.send(label("Tea", locationId="nowhere"))
    assert refused["code"] == "not_found"


async def test_it_is_applied_over_a_socket_and_heard_by_whoever_follows_the_place(shop: ShopServer) -> None:
    alice, bob = await shop.sign_in("demo", "alice"), await shop.sign_in("demo", "bob")
    listening = await shop.join("demo", alice, locationId="main", features=["changes", "tolerant"])
    sending = await shop.join("demo", bob, locationId="main")
    answer = await sending.call("sync-offline-queue", [label("Jam 2.50")])
    (result,) = answer["data"]
    assert result["status"] == "applied"
    (effect,) = result["effects"]
    news = await listening.hear(
        "changes", lambda told: any(change["resourceType"] == "shelf_label" for change in told["changes"])
    )
    (change,) = [change for change in news["changes"] if change["resourceType"] == "shelf_label"]
    assert change["row"] == {"id": "shelf-1", "text": "Jam 2.50", "placedBy": bob.user_id}
    assert (change["seq"], news["stream"]) == (effect["seq"], effect["stream"])


async def test_its_result_its_change_and_its_audit_line_are_stored(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    sent = label("Jam 2.50")
    await bob.send(sent)
    assert shop.rows("SELECT id, status FROM operation WHERE resource_type = 'shelf_label'") == [
        (sent["id"], "applied")
    ]
    assert shop.rows("SELECT resource_id, version FROM change WHERE resource_type = 'shelf_label'") == [
        ("shelf-1", 1)
    ]
    lines = shop.rows(
        "SELECT operation_id, json_extract(detail, '$.label') FROM audit_entry"
        " WHERE resource_type = 'shelf_label'"
    )
    assert lines == [(sent["id"], "Jam 2.50")]


async def test_it_is_counted_under_its_own_name(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    await bob.send(label("Jam 2.50"))
    metrics = (await shop.metrics()).text
    assert (
        'evertill_operations_total{repeated="no",resource_type="shelf_label",status="applied"} 1.0' in metrics
    )


def test_the_generated_documents_describe_it() -> None:
    for document in documents(KNOWN).values():
        schemas = document["components"]["schemas"]
        assert {"$ref": "#/components/schemas/ShelfLabelOperation"} in schemas["AnyOperation"]["anyOf"]
        assert schemas["ShelfLabelOperation"]["properties"]["data"] == {
            "$ref": "#/components/schemas/ShelfLabel"
        }
        rows = schemas["Change"]["properties"]["row"]["anyOf"]
        assert {"$ref": "#/components/schemas/ShelfLabelRow"} in rows
