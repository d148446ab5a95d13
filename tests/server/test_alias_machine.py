"""However products are moved, counted, joined, parted and lost in a restore, each has its part of the stock.

The oracle is a journal of what was recorded under each id, and a map from alias to product.
"""

import itertools
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.kit.operations import T0_MS, count, movement, operation, sale
from tests.kit.rules import Rules

_EXAMPLES = itertools.count()
NAMES = ("a", "b", "c", "d")
GTINS = ("4006381333931", "5000112637922", "5449000000996", "96385074")

STEP_MS = 120_000
"""The time between two steps: nothing is so close to a count that nobody can order them."""

names = st.sampled_from(NAMES)
often = st.sampled_from("aabbcd")
"""Few names, so that what is counted together is often parted again."""

steps = st.one_of(
    st.tuples(st.just("move"), often, st.integers(-9, 9).filter(bool), st.integers(0, 5)),
    st.tuples(st.just("sell"), often, st.integers(1, 5), st.integers(0, 5)),
    st.tuples(st.just("count"), often, st.integers(0, 30), st.just(0)),
    st.tuples(st.just("turn"), often, st.sampled_from("abc"), st.just(0)),
    st.tuples(st.just("turn"), st.just("b"), st.just("a"), st.just(0)),
    st.tuples(st.just("join"), often, often, st.just(0)),
    st.tuples(st.just("part"), often, st.just(0), st.just(0)),
)


@dataclass(frozen=True)
class Noted:
    """A line of the oracle's journal; a count found `quantity` of all the names in `together`."""

    at: int
    name: str
    quantity: int
    together: frozenset[str] | None = None


def on_hand(journal: list[Noted], names: Set[str], before: int) -> int:
    """What the last count found, without the others that it counted too, and what was moved since."""
    known = [noted for noted in journal if noted.name in names and noted.at < before]
    counts = [noted for noted in known if noted.together is not None]
    last = max(counts, key=lambda noted: noted.at, default=None)
    if last is None:
        return sum(noted.quantity for noted in known)
    assert last.together is not None
    found = last.quantity
    if last.together - names:
        found -= on_hand(journal, last.together - names, last.at)
    return found + sum(noted.quantity for noted in known if noted.together is None and noted.at > last.at)


def end_of(aliases: dict[str, str], name: str) -> str:
    seen = [name]
    while name in aliases:
        name = aliases[name]
        assert name not in seen, "a circle"
        seen.append(name)
    return name


def create(product: str, gtin: str, **rest: Any) -> dict[str, Any]:
    data = {"name": product, "barcode": gtin}
    return operation("product", data, operation="create", resourceId=product, **rest)


def status(rules: Rules, item: dict[str, Any]) -> str:
    return str(rules.send(None, item)[0]["status"])


@settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(plan=st.lists(steps, min_size=8, max_size=18))
def test_each_part_is_where_it_belongs(rules: Rules, plan: list[tuple[str, str, Any, int]]) -> None:
    example = next(_EXAMPLES)
    ids = {name: f"{name}-{example}" for name in NAMES}
    aliases: dict[str, str] = {}
    journal: list[Noted] = []

    def together(name: str) -> frozenset[str]:
        return frozenset(one for one in NAMES if end_of(aliases, one) == end_of(aliases, name))

    try:
        for name, gtin in zip(NAMES, GTINS, strict=True):
            assert status(rules, create(ids[name], gtin)) == "applied"
        for number, (step, name, what, late) in enumerate(plan):
            now = T0_MS + number * STEP_MS
            at = max(T0_MS, now - late * STEP_MS) - STEP_MS // 2
            for noted in journal:
                # What two articles were counted together is not divided anew after they are parted.
                if noted.together is not None and name in noted.together and noted.at > at:
                    at = now if noted.together - together(name) else at
            kind = ("part" if name in aliases else "join") if step == "turn" else step
            match kind:
                case "move":
                    assert status(rules, movement(ids[name], what, at)) == "applied"
                    journal.append(Noted(at, name, what))
                case "sell":
                    assert status(rules, sale({ids[name]: what}, at_ms=at)) == "applied"
                    journal.append(Noted(at, name, -what))
                case "count":
                    assert status(rules, count(ids[name], what, now)) == "applied"
                    journal.append(Noted(now, name, what, together(name)))
                case "join":
                    item = operation(
                        "product_alias",
                        {"productId": ids[what]},
                        operation="create",
                        resourceId=ids[name],
                    )
                    goal = end_of(aliases, what)
                    if name not in aliases and goal != name:
                        aliases[name] = goal
                        assert status(rules, item) == "applied"
                    else:
                        same = name in aliases and end_of(aliases, name) == goal
                        assert status(rules, item) == ("applied" if same else "rejected")
                case "part":
                    item = operation("product_alias", {}, operation="delete", resourceId=ids[name])
                    known = bool(rules.query("SELECT id FROM product_alias WHERE id = :id", id=ids[name]))
                    assert status(rules, item) == ("applied" if known else "rejected")
                    aliases.pop(name, None)
            for shown in NAMES:
                of = {one for one in NAMES if end_of(aliases, one) == shown}
                expected = on_hand(journal, of, now + 1) if of else 0
                assert rules.level(ids[shown])[0] == expected, (shown, aliases, journal)
    finally:
        for name in NAMES:
            rules.send(None, operation("product_alias", {}, operation="delete", resourceId=ids[name]))
            rules.send(None, operation("product", {}, operation="delete", resourceId=ids[name]))


@settings(
    derandomize=True,
    deadline=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=st.permutations(NAMES),
    again=st.permutations(NAMES),
    lost=st.sets(names),
    moved=st.lists(st.tuples(names, st.integers(1, 9)), max_size=6),
)
def test_a_restored_server_gives_each_alias_again(
    rules: Rules, first: list[str], again: list[str], lost: set[str], moved: list[tuple[str, int]]
) -> None:
    example = next(_EXAMPLES)
    ids = {name: f"{name}-{example}" for name in NAMES}
    answers: dict[str, dict[str, Any]] = {}
    try:
        for name in first:
            item = create(ids[name], GTINS[0]) | {"data": {"name": "One", "barcode": GTINS[0]}}
            (result,) = rules.send(None, item)
            assert result["status"] == "applied"
            answers[name] = item | {"formerResult": {"status": "applied", "result": result["result"]}}
        for name, quantity in moved:
            assert status(rules, movement(ids[name], quantity)) == "applied"
        for name in lost:
            forget(rules, ids[name], answers[name]["id"])
        for name in again:
            assert status(rules, answers[name]) == "applied"
        real = ids[first[0]]
        found = dict(
            rules.query(
                "SELECT id, product_id FROM product_alias WHERE id LIKE :of AND parted = 0", of=f"_-{example}"
            )
        )
        assert found == {ids[name]: real for name in NAMES if ids[name] != real}
        assert rules.level(real)[0] == sum(quantity for _, quantity in moved)
    finally:
        for name in NAMES:
            forget(rules, ids[name], answers[name]["id"] if name in answers else "")


def forget(rules: Rules, product: str, operation_id: str) -> None:
    """What a backup from before its creation does not have; its stock is the ledger's."""
    for statement in (
        "DELETE FROM operation WHERE id = :operation",
        "DELETE FROM product_alias WHERE id = :product",
        "DELETE FROM product_version WHERE product_id = :product",
        "DELETE FROM product WHERE id = :product",
    ):
        execute(rules, statement, product if ":product" in statement else operation_id)


def execute(rules: Rules, statement: str, value: str) -> None:
    name = "product" if ":product" in statement else "operation"
    rules.database.transact("t", lambda unit: unit.execute(text(statement), [{name: value}]))
