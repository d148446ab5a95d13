"""The shop's settings on real tills and a server: all agree, at once, whatever the order and the outages."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select

from app.domain.cart import Cart
from app.domain.errors import LoosensCheck
from app.services import shop_settings
from app.services.selling import open_sales
from app.services.sync import conflicts, decisions
from app.ui.page.context import AdminChange
from sync_agent.contract.conflicts import Resolution
from sync_agent.errors import AuthError
from sync_agent.store import tables as t
from tests.kit import selling
from tests.kit.demo import LOCATION, PASSWORD
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World


async def change(till: WorldTill, name: str, value: Any, place: str | None = None) -> None:
    await shop_settings.change(till.till, till.clerk("alice"), {name: value}, place=place)


def had(till: WorldTill, **values: Any) -> None:
    """What the till had set for itself under an earlier release."""
    rows = [{"name": name, "value": orjson.dumps(value).decode()} for name, value in values.items()]
    till.opened.store.submit(lambda tx: tx.execute(insert(t.preference), rows)).result()
    gone = t.preference.delete().where(t.preference.c.name == "shop_settings_carried_up")
    till.opened.store.submit(lambda tx: tx.execute(gone)).result()


async def hand_up(till: WorldTill) -> None:
    """Start the till; what it had set for itself is answered by the server afterwards."""
    till.start()
    await until(lambda: has_handed_up(till), "the till has read what it had")
    await until(till.has_sent_all, "what it had is at the server")


def has_handed_up(till: WorldTill) -> bool:
    note = select(t.preference.c.name).where(t.preference.c.name == "shop_settings_carried_up")
    with till.opened.store.reading() as connection:
        return connection.execute(note).first() is not None


async def test_a_change_at_one_till_is_seen_at_the_others_next_line(tmp_path: Path) -> None:
    async with World(tmp_path, tills=2) as world:
        first, second = world.tills
        sale = selling.rung_up(second.till, Cart().add(second.product()))
        await change(first, "adds_tax", True)
        assert shop_settings.read(first.till).adds_tax  # at once, without an answer
        await until(lambda: shop_settings.read(second.till).adds_tax, "the other till has the setting")
        assert open_sales.begin(second.till).cart.adds_tax
        again = open_sales.under(shop_settings.read(second.till), sale)
        assert (again.id, again.cart.adds_tax) == (sale.id, True)


async def test_two_tills_offline_with_different_values_ask_a_manager_and_agree_meanwhile(
    tmp_path: Path,
) -> None:
    async with World(tmp_path, tills=2) as world:
        first, second = world.tills
        await second.link.cut()
        await change(first, "cash_step_minor", 5)
        await change(second, "cash_step_minor", 10)
        assert shop_settings.read(second.till).cash_step_minor == 10
        await until(first.has_sent_all, "the first till has sent it")
        second.link.restore()
        await until(
            lambda: [len(conflicts.open_conflicts(till.till)) for till in world.tills] == [1, 1],
            "both tills have the conflict",
        )
        await until(
            lambda: [shop_settings.read(till.till).cash_step_minor for till in world.tills] == [5, 5],
            "both tills have the server's value until it is decided",
        )
        (met,) = conflicts.open_conflicts(first.till)
        assert met.title == "Smallest coin that cash is rounded to"
        seen = conflicts.comparison(second.till, met.id)
        assert [(row.before, row.this_till, row.server) for row in seen.rows] == [(0, 10, 5)]
        await decisions.resolve(
            second.till,
            met.id,
            Resolution.ACCEPT_LOCAL,
            second.clerk("alice"),
            expected_server_version=seen.server_version,
        )
        await until(
            lambda: [shop_settings.read(till.till).cash_step_minor for till in world.tills] == [10, 10],
            "both tills have what was decided",
        )


async def test_an_update_carries_a_tills_settings_up_once_and_asks_where_tills_differ(
    tmp_path: Path,
) -> None:
    async with World(tmp_path, tills=3) as world:
        first, second, third = world.tills
        for till in world.tills:
            await till.stop()
        had(first, low_stock=5, receipt_header="Mill Lane 1")
        had(second, receipt_header="Mill Lane 1")
        had(third, receipt_header="Mill Lane 2", cash_step_minor=5)
        assert shop_settings.read(third.till).receipt_header == "Mill Lane 2"
        for till in world.tills:
            await hand_up(till)
        await until(lambda: len(conflicts.open_conflicts(third.till)) == 1, "a manager is asked")
        await until(
            lambda: all(
                (shown.receipt_header, shown.cash_step_minor) == ("Mill Lane 1", 5)
                for shown in (shop_settings.read(till.till) for till in world.tills)
            ),
            "all tills agree",
        )
        before = len(third.statuses())
        await third.restart()
        await until(third.is_online, "it is online again")
        assert len(third.statuses()) == before


async def test_tills_with_the_same_settings_that_come_after_a_differing_till_ask_once(tmp_path: Path) -> None:
    async with World(tmp_path, tills=3) as world:
        first, second, third = world.tills
        for till in world.tills:
            await till.stop()
        had(first, receipt_header="Mill Lane 1")
        had(second, receipt_header="Mill Lane 1")
        had(third, receipt_header="Mill Lane 2")
        for till in (third, first, second):
            await hand_up(till)
        await until(
            lambda: all(len(conflicts.open_conflicts(till.till)) == 1 for till in world.tills),
            "a manager is asked once, at every till",
        )
        assert {shop_settings.read(till.till).receipt_header for till in world.tills} == {"Mill Lane 2"}


async def test_a_till_with_prices_without_a_change_asks_before_it_follows_another(tmp_path: Path) -> None:
    async with World(tmp_path, tills=2) as world:
        first, second = world.tills
        for till in world.tills:
            await till.stop()
        had(first, adds_tax=True, cash_step_minor=5)
        had(second, adds_tax=False, cash_step_minor=0)  # as the update writes it down
        for till in world.tills:
            await hand_up(till)
        await until(
            lambda: all(
                {met.title for met in conflicts.open_conflicts(till.till)}
                == {"Prices", "Smallest coin that cash is rounded to"}
                for till in world.tills
            ),
            "a manager is asked about both",
        )
        assert money_settings(first) == (True, 5)
        assert money_settings(second) == (False, 0)
        await decide(second, "Prices", Resolution.ACCEPT_SERVER)
        await decide(second, "Smallest coin that cash is rounded to", Resolution.ACCEPT_LOCAL)
        await until(
            lambda: [money_settings(till) for till in world.tills] == [(True, 0), (True, 0)],
            "both tills have what was decided",
        )


async def test_a_till_that_adds_the_tax_goes_on_so_until_somebody_decides(tmp_path: Path) -> None:
    async with World(tmp_path, tills=2) as world:
        first, second = world.tills
        for till in world.tills:
            await till.stop()
        had(first, adds_tax=False)  # as the update writes it down
        had(second, adds_tax=True)
        await hand_up(first)
        publish(second, "adds_tax", False)
        assert open_sales.begin(second.till).cart.adds_tax  # nothing was handed over yet
        await hand_up(second)
        await until(lambda: len(conflicts.open_conflicts(second.till)) == 1, "a manager is asked")
        assert open_sales.begin(second.till).cart.adds_tax
        assert not shop_settings.read(first.till).adds_tax
        assert not shop_settings.at(second.till, None).adds_tax  # what the shop has
        await decide(first, "Prices", Resolution.ACCEPT_SERVER)
        await until(lambda: not shop_settings.read(second.till).adds_tax, "it follows what was decided")


async def test_all_tills_that_had_the_same_go_on_so_until_somebody_decides(tmp_path: Path) -> None:
    async with World(tmp_path, tills=3) as world:
        first, second, third = world.tills
        for till in world.tills:
            await till.stop()
        had(first, adds_tax=False)
        for till in (second, third):
            had(till, adds_tax=True)
        for till in world.tills:
            await hand_up(till)
        await until(lambda: len(conflicts.open_conflicts(first.till)) == 1, "a manager is asked once")
        await until(
            lambda: shop_settings.at(third.till, None) == shop_settings.at(first.till, None),
            "the third till has the shop's",
        )
        assert [shop_settings.read(till.till).adds_tax for till in world.tills] == [False, True, True]
        await decide(first, "Prices", Resolution.ACCEPT_SERVER)
        await until(
            lambda: not any(shop_settings.read(till.till).adds_tax for till in world.tills),
            "all follow what was decided",
        )


async def test_what_a_person_chose_here_holds_here_while_a_carried_up_value_is_in_question(
    tmp_path: Path,
) -> None:
    async with World(tmp_path, tills=2) as world:
        first, second = world.tills
        for till in world.tills:
            await till.stop()
        had(first, cash_step_minor=0)
        had(second, cash_step_minor=5)
        await hand_up(first)
        await hand_up(second)
        await until(lambda: len(conflicts.open_conflicts(second.till)) == 1, "a manager is asked")
        await change(second, "cash_step_minor", 10)
        assert shop_settings.read(second.till).cash_step_minor == 10


def money_settings(till: WorldTill) -> tuple[bool, int]:
    settings = shop_settings.read(till.till)
    return settings.adds_tax, settings.cash_step_minor


def publish(till: WorldTill, name: str, value: Any) -> None:
    """The till has received another's value of the shop."""
    row = {"id": name, "name": name, "value": orjson.dumps(value).decode(), "version": 1}
    row |= {"changed_by": "alice", "changed_ms": 0}
    till.opened.store.submit(lambda tx: tx.execute(insert(t.shop_setting), row)).result()


async def decide(till: WorldTill, title: str, resolution: Resolution) -> None:
    await until(
        lambda: any(met.title == title for met in conflicts.open_conflicts(till.till)), "the conflict is here"
    )
    (met,) = (met for met in conflicts.open_conflicts(till.till) if met.title == title)
    seen = conflicts.comparison(till.till, met.id)
    await decisions.resolve(
        till.till, met.id, resolution, till.clerk("alice"), expected_server_version=seen.server_version
    )


async def test_an_admin_loosens_a_check_with_a_sign_in_that_ends(tmp_path: Path) -> None:
    async with World(tmp_path, tills=1) as world:
        (till,) = world.tills
        with pytest.raises(LoosensCheck):
            await change(till, "clerk_discount_ppm_max", 200_000)
        for name, code in (("alice", "forbidden"), ("nobody", "unauthorized")):
            with pytest.raises(AuthError) as refused:
                await till.opened.change_as_admin(
                    AdminChange(name, PASSWORD, {"clerk_discount_ppm_max": 200_000}, None)
                )
            assert refused.value.code == code
        await till.opened.change_as_admin(
            AdminChange("ada", PASSWORD, {"clerk_discount_ppm_max": 200_000}, LOCATION)
        )
        await until(
            lambda: shop_settings.read(till.till).clerk_discount_ppm_max == 200_000, "the till has it"
        )
        assert shop_settings.at(till.till, None).clerk_discount_ppm_max == 100_000
        (active,) = world.query(
            "SELECT count(*) FROM refresh_token WHERE user_id = 'ada' AND revoked_ms IS NULL"
        )
        assert active == (0,)
