"""Enrolling a till: once, by a manager's code or password, online. Afterwards it signs in with its own
credential. Also a new server's first shop.
"""

from sync_agent import credentials
from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.enrolment_codes import (
    CodeLookUp,
    CodeOffer,
    EnrollByCode,
    FirstAdmin,
    FirstPlace,
    SetUpAnswer,
    SetUpRequest,
)
from sync_agent.contract.identity import EnrollAnswer, EnrollRequest
from sync_agent.contract.wire import Wire
from sync_agent.credentials import Credentials
from sync_agent.enrolment_forms import CodeEnrolment, Enrolment, FirstShop
from sync_agent.errors import CodeRefused, RejectedError, StoreError
from sync_agent.network.envelope import read_as
from sync_agent.person_session import Account, sign_in
from sync_agent.ports import Transport
from sync_agent.server_address import is_plain
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity, read_device, record_enrolment


class AnotherShop(StoreError):
    """This till has unsent operations of another shop or another location."""


async def enroll(store: Store, transport: Transport, enrolment: Enrolment) -> Credentials:
    """Enrol this home as a till of the shop, or enrol a revoked or cloned till again.

    Raises AnotherShop, AuthError, RejectedError or TransientError; nothing is written before the server has
    accepted. Interrupted at any point, it can be repeated.
    """
    former_id = _former_id(store, enrolment.tenant_id, enrolment.location_id)
    account = Account(enrolment.tenant_id, enrolment.username, enrolment.password, enrolment.code or None)
    request = EnrollRequest(
        name=enrolment.till_name, location_id=enrolment.location_id, former_device_id=former_id
    )
    session = await sign_in(transport, account)
    try:
        answer = await session.ask(transport, "POST", paths.ENROLL, body=request.to_wire())
        return await _take_up(store, enrolment, read_as(EnrollAnswer, answer, "the answer to the enrolment"))
    finally:
        # The manager's sign-in was for this alone: it would be one of theirs for a month.
        await session.sign_out(transport)


async def look_up(transport: Transport, code: str) -> CodeOffer:
    """What a one-time code is for. It is not used by this. Raises CodeRefused, or another SyncError."""
    answer = await _ask_with_code(transport, paths.CODE_LOOK_UP, CodeLookUp(code=code))
    return read_as(CodeOffer, answer, "what the code is for")


async def enroll_by_code(store: Store, transport: Transport, enrolment: CodeEnrolment) -> Credentials:
    """`enroll` by a one-time code. Repeated after a lost answer, it is the same till, also after a crash.

    Raises AnotherShop, CodeRefused, or another SyncError.
    """
    offer = await look_up_or_repeat(store, transport, enrolment.code)
    former_id = None
    if offer is not None and offer.tenant is not None and offer.location is not None:
        former_id = _former_id(store, offer.tenant.id, offer.location.id)
    request = EnrollByCode(
        code=enrolment.code,
        nonce=credentials.enrolment_nonce(store.home),
        name=enrolment.till_name,
        former_device_id=former_id,
    )
    answer = read_as(
        EnrollAnswer,
        await _ask_with_code(transport, paths.CODE_ACCEPT, request),
        "the answer to the enrolment",
    )
    if offer is None:
        _former_id(store, answer.tenant.id, answer.location.id)
    taken_up = await _take_up(store, enrolment, answer)
    credentials.forget_nonce(store.home)
    return taken_up


async def look_up_or_repeat(store: Store, transport: Transport, code: str) -> CodeOffer | None:
    """None: the code does not hold any more, and this home may be the one that used it."""
    try:
        return await look_up(transport, code)
    except CodeRefused:
        if not store.home.enrolment_nonce.exists():
            raise
        return None


async def make_shop(store: Store, transport: Transport, shop: FirstShop) -> SetUpAnswer:
    """Make the first shop of an empty server. Repeated after a lost answer, it is the same shop.

    Raises CodeRefused, or another SyncError.
    """
    request = SetUpRequest(
        code=shop.code,
        nonce=credentials.enrolment_nonce(store.home),
        name=shop.shop_name,
        currency=shop.currency,
        location=FirstPlace(name=shop.place_name, time_zone=shop.time_zone),
        admin=FirstAdmin(username=shop.username, password=shop.password, pin=shop.pin),
    )
    answer = await _ask_with_code(transport, paths.SET_UP, request)
    return read_as(SetUpAnswer, answer, "the answer to the set-up")


def first_till(shop: FirstShop, made: SetUpAnswer) -> Enrolment:
    """The enrolment of a new shop's first till, by its admin."""
    return Enrolment(
        server_url=shop.server_url,
        tenant_id=made.tenant_id,
        username=shop.username,
        password=shop.password,
        location_id=made.location_id,
        till_name=shop.till_name,
        insecure=shop.insecure,
    )


async def _ask_with_code(transport: Transport, path: str, request: Wire) -> object:
    try:
        return await transport.request("POST", path, body=request.to_wire())
    except RejectedError as error:
        if error.code == ErrorCode.NOT_FOUND:
            raise CodeRefused(error.code, str(error)) from error
        raise


async def _take_up(store: Store, form: Enrolment | CodeEnrolment, answer: EnrollAnswer) -> Credentials:
    """Become the till that the server has enrolled."""
    identity = DeviceIdentity(
        device_id=answer.device_id,
        name=form.till_name,
        tenant_id=answer.tenant.id,
        tenant_name=answer.tenant.name,
        currency=answer.tenant.currency,
        location_id=answer.location.id,
        location_name=answer.location.name,
        time_zone=answer.location.time_zone,
        receipt_series=answer.receipt_series,
        server_url=form.server_url,
        clock_offset_ms=0,
    )
    secret = Credentials(
        answer.device_token,
        answer.tenant.pin_pepper,
        insecure=form.insecure and is_plain(form.server_url),
    )
    # The credential first: a till that is enrolled without a credential could never send.
    stored = credentials.save(store.home, secret)
    await store.write(lambda tx: record_enrolment(tx, identity))
    return stored


def _former_id(store: Store, tenant_id: str, location_id: str) -> str | None:
    """The till's id until now, if it is enrolled again. Raises AnotherShop."""
    with store.reading() as connection:
        before = read_device(connection)
    if before is None:
        return None
    if (before.tenant_id, before.location_id) == (tenant_id, location_id):
        return before.device_id
    raise AnotherShop(
        f"This folder is a till of {before.tenant_name}, {before.location_name}. Enroll it there again, or "
        "use another folder: what it has not sent would end up in the wrong books."
    )
