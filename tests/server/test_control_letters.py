"""Control letters: refused where somebody asks, cleaned and flagged where a till's queue brings them."""

import asyncio
import json
from typing import Any

import pytest
from sqlalchemy import insert, update

from server_stub.background import clean_names
from server_stub.store import tables as t
from sync_agent.contract import paths
from tests.kit.operations import count, movement, operation, sale
from tests.kit.rules import LISTED, Rules
from tests.kit.servers import ShopServer

DRAWER = "\x1bp\x00\x19\xfa"
"""What opens the drawer of a receipt printer."""
HOSTILE = ["\x00", "\t", "\n", "\r", "\x1b[2J", "\x7f", "\x9b31m", *"\u2028\u2029\u202a\u202e\u2066\u2069"]
WRITTEN = ["می\u200cروم", "👩\u200d🔬", "a\u200eb", "א\u200fב", "ع\u061cر", "Crème – 5 %", "<b>&amp;"]
"""What stays: joiners and marks that scripts and emoji are not written without, and all else."""


def create(name: str, product: str = "p", **rest: Any) -> dict[str, Any]:
    return operation("product", {"name": name}, operation="create", resourceId=product, actorId="mia", **rest)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whoever_asks_for_a_name_with_a_control_letter_is_refused_in_words(
    rules: Rules, hostile: str
) -> None:
    (result,) = rules.send(None, create(f"Tea{hostile}Pot"))
    assert (result["status"], result["code"]) == ("rejected", "bad_request")
    assert "NUL" in result["error"] or result["error"].startswith("data.name: the control letter U+")
    assert rules.query("SELECT count(*) FROM product") == [(0,)]


@pytest.mark.parametrize("name", WRITTEN)
def test_what_scripts_and_emoji_are_written_with_stays(rules: Rules, name: str) -> None:
    rules.send(None, create(name), create(name, "q", deviceSeq=1))
    assert rules.query("SELECT name FROM product") == [(name,), (name,)]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_waits_in_a_tills_queue_is_taken_without_it_and_flagged(rules: Rules, hostile: str) -> None:
    noted = movement("p", 3, deviceSeq=2)
    noted["data"]["note"] = f"left{hostile}right"
    edit = {"set": {"sku": f"A{hostile}1"}, "base": {"sku": ""}}
    counted = count("p", 9, deviceSeq=4)
    counted["data"]["note"] = hostile
    results = rules.send(
        "d1",
        create(f"Tea{hostile}Pot", deviceSeq=1),
        noted,
        operation("product", edit, resourceId="p", deviceSeq=3, version=1, actorId="mia"),
        counted,
    )
    assert [result["status"] for result in results] == ["applied"] * 4
    multi_line = hostile == "\n"
    assert ["text_cleaned" in result["result"].get("flags", ()) for result in results] == [
        True, not multi_line, True, not multi_line
    ]  # fmt: skip
    stored = [
        *rules.query("SELECT name FROM product"),
        *rules.query("SELECT sku FROM product"),
        *rules.query("SELECT note FROM stock_movement WHERE note IS NOT NULL"),
    ]
    for (value,) in stored:
        assert all(letter not in value for letter in hostile if not letter.isprintable() and letter != "\n")


def test_a_completed_sale_is_never_refused_for_its_texts(rules: Rules) -> None:
    odd = sale({"p": 1}, reason=None)
    odd["data"]["lines"][0] |= {
        "description": f"Tea{DRAWER}", "reason": "a\u202eb", "sku": "S\x9b1", "unit": "each\x07"
    }  # fmt: skip
    odd["data"]["payments"][0]["reference"] = "card\x1b]52;c;x\x07"
    odd["data"]["reason"] = "\u2066why\u2069"
    for device in ("d1", None):
        (result,) = rules.send(device, odd | {"id": f"sale-{device}"})
        assert result["status"] == "applied"
        assert result["result"]["flags"].count("text_cleaned") == 1
    for (data,) in rules.query("SELECT data FROM till_transaction"):
        line = json.loads(data)["lines"][0]
        assert (line["description"], line["reason"], line["sku"], line["unit"]) == (
            "Teap\u0019\xfa".replace("\u0019", ""), "ab", "S1", "each"
        )  # fmt: skip
        assert json.loads(data)["payments"][0]["reference"] == "card]52;c;x"
        assert json.loads(data)["reason"] == "why"
    (again,) = rules.send("d1", odd | {"id": "sale-d1"})
    assert again["repeated"] is True, "its content's hash is of what was sent"


def test_a_name_of_nothing_but_control_letters_is_refused_and_can_be_mended(rules: Rules) -> None:
    (result,) = rules.send("d1", create("\x1b\x07", deviceSeq=1))
    assert (result["status"], result["code"]) == ("rejected", "bad_request")


@pytest.mark.parametrize("hostile", ["\x1b", "\x9b", "\u202e", "\u2028"])
async def test_no_request_brings_one_in(shop: ShopServer, hostile: str) -> None:
    ada = await shop.sign_in("demo", "ada")
    name = f"N{hostile}"
    person = {
        "id": "eve",
        "username": "eve",
        "role": "clerk",
        "locations": ["main"],
        "password": "0123456789",
    }
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", paths.USERS, person | {"name": name}),
        ("POST", paths.USERS, person | {"name": "Eve", "username": name}),
        ("PATCH", paths.USERS + "/bob", {"name": name}),
        ("POST", paths.ENROLL, {"name": name, "locationId": "main"}),
        ("POST", paths.BROADCAST, {"type": "announcement", "data": {"message": name}}),
        ("PATCH", paths.SETTINGS, {"receiptHeader": name}),
        ("PATCH", paths.SETTINGS, {"taxRates": {"std": {"name": name, "steps": [{"ratePpm": 1}]}}}),
    ]
    for method, path, body in asked:
        response = await shop.http.request(method, path, json=body, headers=ada.headers)
        assert response.status_code == 400, (path, response.text)
        assert "control letter U+" in response.json()["error"]["message"]
    lines = await shop.http.request(
        "PATCH", paths.SETTINGS, json={"receiptHeader": "one\r\ntwo\nthree"}, headers=ada.headers
    )
    assert lines.json()["data"]["receiptHeader"] == "one\ntwo\nthree"


def test_names_that_are_there_are_cleaned_as_a_new_version(rules: Rules) -> None:
    def spoil(unit: Any) -> None:
        unit.insert(t.product, LISTED | {"id": "p", "name": "Tea\x1bp\x19\xfa", "sku": "A\u202e1"})
        unit.insert(t.product, LISTED | {"id": "blank", "name": "\x1b", "sku": None})
        unit.insert(t.product, LISTED | {"id": "q", "name": "می\u200cروم", "sku": None})
        for table in (t.user_account, t.location):
            unit.execute(update(table).where(table.c.id.in_(["mia", "main"])).values(name="M\x9bx"))
        unit.execute(update(t.tenant).values(name="Shop\x07"))
        unit.execute(
            insert(t.setting).values(
                tenant_id="t",
                id="receipt_header",
                name="receipt_header",
                value="a\x1bp\nb",
                version=1,
                changed_by="mia",
                changed_ms=1,
            )
        )

    rules.database.transact("t", spoil)
    names = clean_names.CleanNames(rules.database)

    async def look() -> None:
        # At its start on SQLite; behind row-level security a tenant is seen at its first commit.
        names._served.update(await rules.database.read("", clean_names._tenants), {"t"})
        await names.visit_all()

    asyncio.run(look())
    assert rules.query("SELECT id, name, sku, version FROM product ORDER BY id") == [
        ("blank", "blank", None, 2), ("p", "Teap\xfa", "A1", 2), ("q", "می\u200cروم", None, 1)
    ]  # fmt: skip
    assert rules.query("SELECT name FROM user_account WHERE id = 'mia'") == [("Mx",)]
    assert rules.query("SELECT name FROM location WHERE id = 'main'") == [("Mx",)]
    assert rules.query("SELECT name FROM tenant") == [("Shop",)]
    told = rules.query('SELECT resource_type, resource_id, "row" FROM change WHERE version > 1 ORDER BY seq')
    rows = {(kind, id_): json.loads(row) for kind, id_, row in told}
    assert rows["product", "p"]["name"] == "Teap\xfa"
    assert rows["user", "mia"]["name"] == rows["location", "main"]["name"] == "Mx"
    assert rows["setting", "receipt_header"]["value"] == "ap\nb"
    before = len(told)
    asyncio.run(clean_names.CleanNames(rules.database).visit("t"))
    assert len(rules.query("SELECT 1 FROM change WHERE version > 1")) == before, "cleaned once"


def test_an_edit_that_was_made_before_the_name_was_cleaned_is_no_conflict(rules: Rules) -> None:
    rules.send(None, create("Tea"))
    rules.database.transact("t", lambda unit: unit.execute(update(t.product).values(name="T\x1bea")))
    asyncio.run(clean_names.CleanNames(rules.database).visit("t"))
    edit = {"set": {"name": "Green tea"}, "base": {"name": "T\x1bea"}}
    (result,) = rules.send(
        "d1", operation("product", edit, resourceId="p", version=1, deviceSeq=1, actorId="mia")
    )
    assert result["status"] == "applied"
