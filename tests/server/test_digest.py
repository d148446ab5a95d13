"""Digests: what a till that followed every change would compute from its own rows."""

from functools import partial
from typing import Any

from server_stub.services.streams.digest import Digests
from sync_agent.contract.streams import row_digest, written_digest
from tests.kit.clients import Person
from tests.kit.operations import count, movement, operation, sale
from tests.kit.rules import MIA, Rules
from tests.kit.servers import ShopServer

TENANT, MAIN = "tenant-demo", "tenant-demo-location-main"


async def digest(person: Person, stream: str) -> dict[str, Any]:
    response = await person.get("/realtime/digest", stream=stream)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()["data"]
    return answer


def counts(resource_type: str, row: dict[str, Any]) -> bool:
    match resource_type:
        case "product":
            return not row["deleted"]
        case "conflict":
            return bool(row["status"] == "open")
        case "oversold":
            return bool(row["open"])
    return True


async def followed(person: Person, stream: str, resource_types: set[str]) -> dict[str, dict[str, Any]]:
    """The same, from nothing but the stream's changes from number 1 on."""
    rows: dict[tuple[str, str], tuple[int, dict[str, Any] | None]] = {}
    after = 0
    while page := await person.changes(stream, after=after):
        after = page[-1]["seq"]
        for change in page:
            rows[change["resourceType"], change["resourceId"]] = (change["version"], change.get("row"))
    shares: dict[str, list[int]] = {name: [] for name in resource_types}
    for (resource_type, resource_id), (version, row) in rows.items():
        if resource_type in resource_types and row is not None and counts(resource_type, row):
            quantity = row["quantity"] if resource_type == "stock_level" else None
            shares[resource_type].append(row_digest(resource_id, version, quantity))
    return {
        name: {"count": len(found), "digest": written_digest(sum(found))} for name, found in shares.items()
    }


async def test_a_places_digest_is_what_following_it_gives(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    await alice.send(
        movement("tea", 5),
        sale({"milk": 2}),
        sale({"bread": 1}),
        movement("bread", 4),
        count("tea", 3, version=0),
    )
    told = await digest(alice, MAIN)
    assert told["resources"] == await followed(alice, MAIN, {"stock_level", "conflict", "oversold"})
    assert told["resources"]["conflict"]["count"] == 1
    assert told["resources"]["oversold"]["count"] == 1
    assert told["resources"]["stock_level"]["count"] > 200
    assert told["seq"] == (await alice.changes(MAIN))[-1]["seq"]


async def test_a_tenants_digest_is_what_following_it_gives(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    new = operation("product", {"name": "Tea"}, operation="create", resourceId="tea")
    old = operation("product", {"name": "Old"}, operation="create", resourceId="old")
    gone = operation("product", {}, operation="delete", resourceId="old", version=1)
    clash = operation(
        "product",
        {"set": {"name": "Té"}, "base": {"name": "Thé"}},
        resourceId="tea",
        version=1,
    )
    results = await alice.send(new, old, gone, clash)
    assert [result["status"] for result in results] == ["applied", "applied", "applied", "conflict"]
    told = await digest(alice, TENANT)
    assert told["resources"] == await followed(alice, TENANT, {"location", "user", "product", "conflict"})
    assert told["resources"]["user"]["count"] == 3
    assert told["resources"]["conflict"]["count"] == 1


async def test_one_row_more_is_another_digest_and_none_is_the_same(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    first = await digest(bob, MAIN)
    assert await digest(bob, MAIN) == first
    await bob.send(movement("tea", 5))
    second = await digest(bob, MAIN)
    assert second["seq"] == first["seq"] + 2, "the level, and the flag that tea is not in the catalogue"
    assert second["resources"]["stock_level"] != first["resources"]["stock_level"]
    assert second["resources"]["oversold"] == first["resources"]["oversold"]


async def test_nobody_gets_the_digest_of_anothers_stream(shop: ShopServer) -> None:
    mallory = await shop.sign_in("rival", "mallory")
    for stream in (MAIN, TENANT, "tenant-rival-location-annex"):
        response = await mallory.get("/realtime/digest", stream=stream)
        assert response.status_code == 404


def test_a_digest_is_computed_once_for_a_head(rules: Rules) -> None:
    digests, tolerant = Digests(), MIA.with_features({"tolerant"})
    rules.send("till-1", movement("tea", 5))

    def ask() -> Any:
        return rules.database.consult("t", lambda c: digests.of(c, tolerant, "tenant-t-location-main"))

    first = ask()
    assert ask() is first
    rules.send("till-1", movement("tea", 5))
    assert ask() is not first


def test_no_more_digests_are_remembered_than_allowed(rules: Rules) -> None:
    digests = Digests(streams_max=2)
    for stream in MIA.streams():
        rules.database.consult("t", partial(digests.of, caller=MIA, stream=stream))
    assert len(MIA.streams()) == 3
    assert len(digests) == 2
