"""`evertill doctor` explains what is wrong with a till, and its bundle contains no secrets."""

import asyncio
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import Text, update

from app.bootstrap import open_home
from app.cli import main as evertill
from app.diagnosis import Level, examine
from app.services.stock import catalogue
from sync_agent.network.transport import NetworkTransport
from sync_agent.ports import SystemClock
from sync_agent.store.database import Transaction
from sync_agent.store.home import Home
from sync_agent.store.tables import METADATA
from tests.kit.demo import ALICE_PIN, BOB_PIN
from tests.kit.waiting import until
from tests.kit.world import World

pytestmark = pytest.mark.usefixtures("logs_stay_as_they_are")

CANARY = "Nobody-Shall-Read-This"


async def findings(home: Path) -> dict[str, tuple[Level, str]]:
    found = await examine(Home(home), SystemClock(), NetworkTransport)
    return {one.what: (one.level, one.words) for one in found}


async def test_a_till_in_good_health_is_told_so_while_it_is_open(tmp_path: Path) -> None:
    async with World(tmp_path) as world:
        [till] = world.tills
        await till.sell(till.product())
        await world.settle()
        found = await findings(till.path)
        assert {what for what, (level, _) in found.items() if level is Level.BROKEN} == set()
        for what in ("database", "enrolment", "ready to sell", "numbering", "server", "sign-in", "clock"):
            assert found[what][0] is Level.OK, found[what]
        assert found["unsent"] == (Level.OK, "All sent.")
        assert "keyring" in found["credentials"][1]


async def test_what_is_wrong_is_said_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with World(tmp_path) as world:
        [till] = world.tills
        await till.link.cut()
        await till.sell(till.product())
        device = till.till.device.device_id
        home = ["--home", str(world.settings.home), "--tenant", "demo"]
        assert await asyncio.to_thread(evertill, ["server", "revoke-device", *home, "--device", device]) == 0
        found = await findings(till.path)
        assert found["sign-in"][0] is Level.BROKEN
        assert "Enroll it again" in found["sign-in"][1]
        assert found["unsent"][1] == "1 entries wait."
    capsys.readouterr()
    assert await asyncio.to_thread(evertill, ["doctor", "--home", str(till.path)]) == 1
    said = capsys.readouterr().out
    assert "broken  server" in said
    assert "goes on selling" in said


async def test_a_folder_that_is_no_till_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await asyncio.to_thread(evertill, ["doctor", "--home", str(tmp_path / "empty")]) == 1
    assert "There is no till in" in capsys.readouterr().out


async def test_the_bundle_holds_nothing_of_anybodys(tmp_path: Path) -> None:
    """A canary in every text of the database and in the log, and none of them comes out."""
    async with World(tmp_path) as world:
        [till] = world.tills
        await till.sell(till.product())
        await world.settle()
        await till.link.cut()
        await till.sell(till.product())
        await till.stop()
        kept = {"status", "resource_type", "operation", "way", "outcome", "code", "kind", "unit"}

        def plant(tx: Transaction) -> None:
            for table in METADATA.sorted_tables:
                texts = [
                    column.name
                    for column in table.c
                    if isinstance(column.type, Text) or column.type.python_type is str
                ]
                words = {
                    name: CANARY
                    for name in texts
                    if name not in kept and not table.c[name].primary_key and not table.c[name].unique
                }
                if words and table.name not in {"cursor", "staging"}:
                    tx.execute(update(table).values(words))

        await till.opened.store.write(plant)
        log = f"2026-01-01 10:00:00,000 ERROR sync_agent.push.delivery: {CANARY} owes 12.40\n"
        Home(till.path).log.write_text(f"{log}{CANARY}\nValueError: {CANARY}\n")
        bundle = tmp_path / "bundle.zip"
        await asyncio.to_thread(evertill, ["doctor", "--home", str(till.path), "--bundle", str(bundle)])
    secret = till.opened.credentials
    assert secret is not None
    with zipfile.ZipFile(bundle) as packed:
        content = {name: packed.read(name).decode() for name in packed.namelist()}
    assert set(content) == {"versions.json", "findings.json", "log.txt", "queue.json"}
    for name, text in content.items():
        for forbidden in (CANARY, secret.device_token, secret.pin_pepper, "12.40"):
            assert forbidden not in text, name
    assert "sync_agent.push.delivery" in content["log.txt"]
    told = json.loads(content["queue.json"])
    assert told["open"][0]["resource_type"] == "transaction"
    assert told["deliveries"]


async def test_the_queue_is_listed_mended_and_given_up_by_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(tmp_path) as world:
        [till] = world.tills
        bob = till.clerk()
        alice = till.clerk("alice")
        await till.link.cut()
        await catalogue.add_products(till.till, [catalogue.NewProduct("Odd mug", price_minor=1)], alice.id)
        await till.opened.store.write(
            lambda tx: tx.execute(update(METADATA.tables["outbox"]).values(actor_id=bob.id))
        )
        till.link.restore()
        assert till.agent is not None
        till.agent.try_now()
        await until(
            lambda: "dead_letter" in till.statuses().values(), "the server refused the clerk's product"
        )
        [refused] = [key for key, status in till.statuses().items() if status == "dead_letter"]
        await till.stop()
        till.opened.store.close()
        home = ["--home", str(till.path)]
        assert await asyncio.to_thread(evertill, ["queue", *home]) == 0
        assert "Product Odd mug" in capsys.readouterr().out
        assert await asyncio.to_thread(evertill, ["queue", *home, "--show", refused]) == 0
        assert "by http: rejected" in capsys.readouterr().out
        edit = ["queue", *home, "--user", "alice", "--edit", refused, "priceMinor=250"]
        monkeypatch.setenv("EVERTILL_PIN", BOB_PIN)
        assert await asyncio.to_thread(evertill, edit) == 2
        assert "PIN is not right" in capsys.readouterr().err
        monkeypatch.setenv("EVERTILL_PIN", ALICE_PIN)
        assert await asyncio.to_thread(evertill, edit) == 0
        assert "Sent anew as" in capsys.readouterr().out
        give_up = ["queue", *home, "--user", "alice", "--discard", refused, "--reason", "a slip"]
        monkeypatch.setenv("EVERTILL_PIN", ALICE_PIN)
        assert await asyncio.to_thread(evertill, give_up) == 2, (
            "it was sent otherwise, so nothing is left of it"
        )
        till.opened = open_home(till.path)
        till.till = till.opened.till()
        till.start()
        await world.settle()
        assert world.query("SELECT price_minor FROM product WHERE name = 'Odd mug'") == [(250,)]
