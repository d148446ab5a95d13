"""Signing in with a PIN, with or without a server."""

import pytest
from sqlalchemy import update

from app.domain.errors import NotPermitted, TooManyTries, WrongPin
from app.domain.rights import Right, may
from app.services.people.directory import Person, people, sign_in
from app.services.sync import readiness
from app.services.till import Till
from sync_agent.store import tables as t
from sync_agent.store.database import Store
from sync_agent.store.device import NotEnrolled
from tests.kit.clocks import ManualClock
from tests.kit.feed import PEPPER
from tests.kit.store_shop import ALICE, open_shop


@pytest.fixture
def till(store: Store) -> Till:
    return open_shop(store)


def test_only_enabled_people_of_this_place_are_offered(till: Till) -> None:
    assert people(till) == [
        Person("alice", "Alice", "alice", "manager"),
        Person("eve", "Eve", "eve", "clerk"),
        Person("maria", "Maria", "maria", "clerk"),
    ]


async def test_the_right_pin_signs_in(till: Till) -> None:
    assert await sign_in(till, "alice", "2468", pepper=PEPPER) == ALICE
    assert may(ALICE.role, Right.EDIT_PRODUCT)


@pytest.mark.parametrize(("pin", "pepper"), [("2469", PEPPER), ("1357", PEPPER), ("2468", "other")])
async def test_a_wrong_pin_does_not(till: Till, pin: str, pepper: str) -> None:
    with pytest.raises(WrongPin):
        await sign_in(till, "alice", pin, pepper=pepper)


async def test_five_wrong_pins_close_the_sign_in_for_that_person_for_half_a_minute(
    till: Till, clock: ManualClock
) -> None:
    for _ in range(5):
        with pytest.raises(WrongPin):
            await sign_in(till, "alice", "0000", pepper=PEPPER)
    with pytest.raises(TooManyTries, match="30 seconds"):
        await sign_in(till, "alice", "2468", pepper=PEPPER)
    await sign_in(till, "maria", "1357", pepper=PEPPER)
    clock.advance(30)
    await sign_in(till, "alice", "2468", pepper=PEPPER)


async def test_a_right_pin_forgets_the_wrong_ones_before_it(till: Till) -> None:
    for pin in ("1", "2", "3", "4", "2468", "5", "6", "7", "8"):
        if pin == "2468":
            await sign_in(till, "alice", pin, pepper=PEPPER)
        else:
            with pytest.raises(WrongPin):
                await sign_in(till, "alice", pin, pepper=PEPPER)
    await sign_in(till, "alice", "2468", pepper=PEPPER)


@pytest.mark.parametrize("person_id", ["omar", "ada", "nobody", "eve"])
async def test_who_may_not_stand_here_is_told_so(till: Till, person_id: str) -> None:
    with pytest.raises(NotPermitted, match="manager"):
        await sign_in(till, person_id, "1111", pepper=PEPPER)


async def test_a_verifier_that_cannot_be_read_is_no_wrong_pin(till: Till) -> None:
    broken = update(t.person).where(t.person.c.id == "maria").values(pin_verifier="plain")
    till.store.submit(lambda tx: tx.execute(broken)).result()
    with pytest.raises(NotPermitted, match="new one"):
        await sign_in(till, "maria", "1357", pepper=PEPPER)


def test_a_home_that_is_no_till_says_so(till: Till) -> None:
    till.store.submit(lambda tx: tx.execute(t.device.delete())).result()
    with pytest.raises(NotEnrolled):
        people(till)


async def test_a_till_without_anybody_who_approves_is_not_ready_for_an_outage(till: Till) -> None:
    """An unknown role of a newer server may sell, and nothing else."""

    def people_check() -> bool:
        return next(check.ok for check in readiness.checks(till) if check.what == "People")

    assert people_check()
    await till.store.write(
        lambda tx: tx.execute(update(t.person).where(t.person.c.id == "alice").values(role="area lead"))
    )
    assert not people_check()
