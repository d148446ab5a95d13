"""A person's own sign-in, made at a till: what it asks the server, and that nothing of it stays."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pyotp
import pytest

from app.bootstrap import OpenHome, open_home
from app.ui.page.account import TypedSignIn
from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.settings import Settings
from sync_agent import person_session
from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.enrolment_forms import CodeEnrolment, Enrolment
from sync_agent.errors import AuthError, RejectedError
from sync_agent.network.transport import NetworkTransport
from sync_agent.person_session import Account, sign_in
from tests.kit.clocks import ManualClock
from tests.kit.homes import new_home
from tests.kit.servers import ShopServer, open_shop

ALICE = Account("demo", "alice", DEMO_PASSWORD)
BOB = Account("demo", "bob", DEMO_PASSWORD)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def shop(settings: Settings, clock: ManualClock) -> AsyncIterator[ShopServer]:
    async with open_shop(settings, clock) as shop:
        yield shop


@pytest.fixture
async def link(shop: ShopServer) -> AsyncIterator[NetworkTransport]:
    link = NetworkTransport(shop.url)
    yield link
    await link.close()


def open_ones(shop: ShopServer, user: str) -> int:
    return shop.rows("SELECT user_id FROM sign_in WHERE ended_ms IS NULL").count((user,))


async def test_a_manager_makes_a_code_that_enrols_a_till(
    shop: ShopServer, link: NetworkTransport, tmp_path: Path
) -> None:
    session = await sign_in(link, ALICE)
    code = await person_session.make_code(link, session, "annex")
    assert code.location_id == "annex"
    await session.sign_out(link)
    assert open_ones(shop, "alice") == 0
    opened = open_home(new_home(tmp_path / "till").path)
    opened = await opened.enroll_by_code(link, CodeEnrolment(shop.url, code.code, "Till 9"))
    assert opened.till().device.location_id == "annex"
    opened.store.close()


async def test_a_clerk_makes_none(link: NetworkTransport) -> None:
    session = await sign_in(link, BOB)
    with pytest.raises(AuthError) as refused:
        await person_session.make_code(link, session, "main")
    assert refused.value.code == ErrorCode.FORBIDDEN


async def test_an_access_token_that_expired_is_renewed(
    shop: ShopServer, link: NetworkTransport, clock: ManualClock
) -> None:
    session = await sign_in(link, ALICE)
    clock.advance(3600)
    first = await person_session.make_code(link, session, "main")
    second = await person_session.make_code(link, session, "main")
    assert first.code != second.code
    assert open_ones(shop, "alice") == 1


async def test_sign_ins_are_listed_and_all_others_ended(shop: ShopServer, link: NetworkTransport) -> None:
    others = [await sign_in(link, ALICE) for _ in range(2)]
    session = await sign_in(link, ALICE)
    rows = await person_session.sign_ins(link, session)
    assert [bool(row.current) for row in rows].count(True) == 1
    assert len(rows) == 3
    ids = [row.id for row in rows if not row.current]
    await person_session.end_sign_ins(link, session, [*ids, "none-of-mine", ids[0]])
    assert [row.current for row in await person_session.sign_ins(link, session)] == [True]
    with pytest.raises(AuthError):
        await person_session.sign_ins(link, others[0])


async def test_a_sign_in_that_was_ended_elsewhere_says_so(link: NetworkTransport) -> None:
    session, other = await sign_in(link, ALICE), await sign_in(link, ALICE)
    rows = await person_session.sign_ins(link, other)
    await person_session.end_sign_ins(link, other, [row.id for row in rows if not row.current])
    with pytest.raises(AuthError) as refused:
        await person_session.make_code(link, session, "main")
    assert refused.value.code == ErrorCode.UNAUTHORIZED
    await session.sign_out(link)  # raises nothing: it is as it should be


async def test_an_older_server_knows_no_codes(
    link: NetworkTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that a server does not have is answered as `not_found`, which the window words."""
    monkeypatch.setattr(paths, "CODES", "/api/v1/codes-of-a-newer-release")
    session = await sign_in(link, ALICE)
    with pytest.raises(RejectedError) as refused:
        await person_session.make_code(link, session, "main")
    assert refused.value.code == ErrorCode.NOT_FOUND


# --- over the till's own way, as the window asks ---------------------------------------------------------


@pytest.fixture
async def till(shop: ShopServer, link: NetworkTransport, tmp_path: Path) -> AsyncIterator[OpenHome]:
    opened = open_home(new_home(tmp_path / "till").path)
    form = Enrolment(shop.url, "demo", "alice", DEMO_PASSWORD, "main", "Till 9")
    opened = await opened.enroll(link, form)
    yield opened
    opened.store.close()


async def test_an_enrolment_by_password_leaves_no_sign_in(shop: ShopServer, till: OpenHome) -> None:
    assert till.is_enrolled
    assert open_ones(shop, "alice") == 0


async def test_a_second_factor_from_the_window_to_its_loss(
    shop: ShopServer, till: OpenHome, clock: ManualClock
) -> None:
    account = till.account()
    typed = TypedSignIn("alice", DEMO_PASSWORD)
    offer = await account.begin_second_factor(typed)
    app = pyotp.TOTP(offer.secret)
    now: Callable[[], Any] = lambda: app.at(clock.now_ms() // 1000)  # noqa: E731
    with pytest.raises(AuthError):
        await account.confirm_second_factor(typed, "000000")
    confirmed = await account.confirm_second_factor(typed, now())
    assert len(set(confirmed.recovery_codes)) == 10
    with pytest.raises(AuthError) as needed:
        await account.sign_in(typed)
    assert needed.value.code == ErrorCode.SECOND_FACTOR_NEEDED
    clock.advance(30)
    signed_in = await account.sign_in(TypedSignIn("alice", DEMO_PASSWORD, now()))
    assert signed_in.user.id == "alice"
    assert [row.current for row in await signed_in.sign_ins()] == [True]
    await signed_in.sign_out()

    # The telephone is lost: whoever manages the account takes the second factor away.
    ada = await account.sign_in(TypedSignIn("ada", DEMO_PASSWORD))
    assert "alice" in {row.id for row in await ada.people()}
    await ada.reset_second_factor("alice")
    await ada.sign_out()
    signed_in = await account.sign_in(typed)
    with pytest.raises(AuthError) as refused:
        await signed_in.reset_second_factor("ada")
    assert refused.value.code == ErrorCode.FORBIDDEN
    await signed_in.sign_out()
    assert open_ones(shop, "alice") == open_ones(shop, "ada") == 0
