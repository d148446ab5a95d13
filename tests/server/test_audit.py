"""The audit trail: read line by line, and verified as complete, or as tampered with."""

import asyncio
import sqlite3
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server_stub.services import audit
from server_stub.store.audit import AuditRecord, chained
from sync_agent.contract.audit import AuditVerdict, entry_hash
from tests.kit.rules import Rules
from tests.kit.servers import ShopServer

LINES = 7


def write(rules: Rules, *records: AuditRecord) -> None:
    def work(unit: Any) -> None:
        for record in records:
            unit.audit(record)

    rules.database.transact("t", work)


def verify(rules: Rules, **slices: int) -> AuditVerdict:
    return asyncio.run(audit.verify(rules.database, "t", **slices))


def tamper(rules: Rules, *statements: str) -> None:
    """As an attacker who has the file and drops the trigger."""
    connection = sqlite3.connect(str(rules.database.engines[0].url.database))
    for trigger in ("audit_is_kept_from_update", "audit_is_kept_from_delete"):
        connection.execute(f"DROP TRIGGER {trigger}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.fixture
def trail(rules: Rules) -> Rules:
    """A tenant with a trail of seven lines, a minute apart."""
    for number in range(1, LINES + 1):
        write(
            rules,
            AuditRecord(
                kind="operation" if number % 2 else "refusal",
                outcome="applied",
                actor_id="mia" if number < 4 else "cleo",
                resource_type="product",
                resource_id="tea" if number in (2, 5) else "milk",
                detail={"price": number, "word": "Comté – 12 ×"},
            ),
        )
        rules.clock.ms += 60_000
    return rules


def seqs(rules: Rules, after: int = 0, limit: int = 100, **wanted: Any) -> list[int]:
    page = rules.database.consult(
        "t", partial(audit.page, tenant_id="t", only=audit.AuditFilter(**wanted), after=after, limit=limit)
    )
    return [entry.seq for entry in page.entries]


# --- proving ---------------------------------------------------------------------------------------------


def test_a_trail_without_lines_is_whole(rules: Rules) -> None:
    assert verify(rules) == AuditVerdict(whole=True, entries=0, head_hash="")


def test_a_trail_as_it_was_written_is_whole(trail: Rules) -> None:
    verdict = verify(trail)
    assert (verdict.whole, verdict.entries) == (True, LINES)
    assert verdict.head_hash == trail.query("SELECT hash FROM audit_entry ORDER BY seq DESC LIMIT 1")[0][0]


def test_a_long_trail_is_walked_in_slices(trail: Rules) -> None:
    assert verify(trail, lines_at_a_time=3).entries == LINES
    tamper(trail, "UPDATE audit_entry SET actor_id = 'mia' WHERE seq = 6")
    assert verify(trail, lines_at_a_time=3).broken_at == 6


@pytest.mark.parametrize(
    ("change", "broken_at"),
    [
        ("UPDATE audit_entry SET actor_id = 'cleo' WHERE seq = 3", 3),
        ("UPDATE audit_entry SET actor_id = NULL WHERE seq = 1", 1),
        ("UPDATE audit_entry SET at_ms = at_ms - 1 WHERE seq = 7", 7),
        ("UPDATE audit_entry SET times = 2 WHERE seq = 2", 2),
        ("UPDATE audit_entry SET detail = '{\"price\":99}' WHERE seq = 4", 4),
        ("UPDATE audit_entry SET at_ms = 999999999999999999 WHERE seq = 4", 4),
        ("UPDATE audit_entry SET prev_hash = '' WHERE seq = 5", 5),
        ("DELETE FROM audit_entry WHERE seq = 1", 1),
        ("DELETE FROM audit_entry WHERE seq = 4", 4),
        ("DELETE FROM audit_entry WHERE seq = 7", 7),
        ("DELETE FROM audit_entry", 1),
        ("DELETE FROM audit_head", 1),
        ("UPDATE audit_head SET seq = 6", 6),
        ("UPDATE audit_head SET hash = ''", 7),
        (
            "INSERT INTO audit_entry SELECT tenant_id, 8, at_ms, kind, actor_id, device_id, address,"
            " resource_type, resource_id, operation_id, outcome, times, detail, hash, 'x'"
            " FROM audit_entry WHERE seq = 7",
            8,
        ),
    ],
)
def test_whatever_is_changed_the_trail_is_broken_there(trail: Rules, change: str, broken_at: int) -> None:
    tamper(trail, change)
    verdict = verify(trail)
    assert (verdict.whole, verdict.broken_at) == (False, broken_at)
    assert verdict.problem


def test_a_changed_line_with_its_hash_made_anew_breaks_the_next(trail: Rules) -> None:
    row = trail.database.consult(
        "t", lambda c: dict(c.execute(text("SELECT * FROM audit_entry WHERE seq = 3")).mappings().one())
    )
    row["detail"] = {"price": 1, "word": "Comté – 12 ×"}
    forged = entry_hash(row["prev_hash"], chained(row))
    tamper(
        trail,
        f'UPDATE audit_entry SET detail = \'{{"price":1,"word":"Comté – 12 ×"}}\', hash = \'{forged}\''  # noqa: S608
        " WHERE seq = 3",
    )
    assert verify(trail).broken_at == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET outcome = 'x'",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_entry WHERE seq = 7",
    ],
)
def test_the_database_itself_refuses_to_change_the_trail(trail: Rules, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"):
        trail.database.transact("t", lambda unit: unit.execute(text(statement)))
    assert verify(trail).whole


# --- reading ---------------------------------------------------------------------------------------------


def test_lines_are_read_oldest_first_and_page_by_page(trail: Rules) -> None:
    read: list[int] = []
    after: int | None = 0
    while after is not None:
        page = trail.database.consult(
            "t", partial(audit.page, tenant_id="t", only=audit.AuditFilter(), after=after, limit=3)
        )
        read += [entry.seq for entry in page.entries]
        after = page.next
    assert read == [1, 2, 3, 4, 5, 6, 7]


def test_lines_are_narrowed_by_what_is_asked(trail: Rules) -> None:
    assert seqs(trail, actor="mia") == [1, 2, 3]
    assert seqs(trail, resource="tea") == [2, 5]
    assert seqs(trail, kind="refusal") == [2, 4, 6]
    assert seqs(trail, since_ms=trail.clock.ms - 2 * 60_000) == [6, 7]
    assert seqs(trail, after=2, actor="mia") == [3]
    assert seqs(trail, actor="mia", resource="tea", kind="refusal") == [2]
    assert seqs(trail, actor="nobody") == []


def test_the_last_page_says_that_it_is(trail: Rules) -> None:
    page = trail.database.consult(
        "t", partial(audit.page, tenant_id="t", only=audit.AuditFilter(), after=4, limit=3)
    )
    assert (len(page.entries), page.next) == (3, None)


async def test_a_manager_reads_the_trail_and_anybody_can_check_its_hashes(shop: ShopServer) -> None:
    await shop.sign_in("demo", "bob")
    alice = await shop.sign_in("demo", "alice")
    page = (await alice.get("/audit", actor="bob", kind="sign_in")).json()["data"]
    assert [(line["actor"], line["outcome"]) for line in page["entries"]] == [("bob", "applied")]
    last = ""
    everything = (await alice.get("/audit", limit=1000)).json()["data"]["entries"]
    for line in everything:
        said = {name: value for name, value in line.items() if name not in ("prevHash", "hash")}
        assert line["prevHash"] == last
        last = line["hash"]
        assert last == entry_hash(line["prevHash"], said)
    verdict = (await alice.get("/audit/verify")).json()["data"]
    assert verdict["whole"] is True
    assert verdict["entries"] >= len(everything)


async def test_asking_twice_at_once_gives_one_answer_and_later_a_new_one(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    first, second = await asyncio.gather(alice.get("/audit/verify"), alice.get("/audit/verify"))
    assert first.json()["data"] == second.json()["data"]
    await shop.sign_in("demo", "bob")
    later = (await alice.get("/audit/verify")).json()["data"]
    assert later["entries"] > first.json()["data"]["entries"]


async def test_since_is_a_time_and_limits_have_limits(shop: ShopServer) -> None:
    alice = await shop.sign_in("demo", "alice")
    later = {"since": "2999-01-01T00:00:00Z"}
    assert (await alice.get("/audit", **later)).json()["data"]["entries"] == []
    for wrong in ({"since": "yesterday"}, {"limit": 0}, {"limit": 5000}, {"after": -1}):
        assert (await alice.get("/audit", **wrong)).json()["error"]["code"] == "bad_request"


async def test_the_trail_is_for_managers_and_of_their_own_shop(shop: ShopServer) -> None:
    bob = await shop.sign_in("demo", "bob")
    mallory = await shop.sign_in("rival", "mallory")
    for path in ("/audit", "/audit/verify"):
        assert (await bob.get(path)).json()["error"]["code"] == "forbidden"
    lines = (await mallory.get("/audit", limit=1000)).json()["data"]["entries"]
    assert {line["actor"] for line in lines if line["kind"] == "sign_in"} == {"mallory"}
