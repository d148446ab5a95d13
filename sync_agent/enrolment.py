"""Enrolling a till: once, by a manager, online. Afterwards it signs in with its own credential."""

from dataclasses import dataclass

from sync_agent import credentials
from sync_agent.contract import paths
from sync_agent.contract.identity import EnrollAnswer, EnrollRequest, LoginAnswer, LoginRequest
from sync_agent.credentials import Credentials
from sync_agent.errors import StoreError
from sync_agent.ports import Transport
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity, read_device, record_enrolment


@dataclass(frozen=True)
class Enrolment:
    """The enrolment form as a manager fills it in."""

    server_url: str
    tenant_id: str
    username: str
    password: str
    location_id: str
    till_name: str


class AnotherShop(StoreError):
    """This till has unsent operations of another shop or another location."""


async def enroll(store: Store, transport: Transport, enrolment: Enrolment) -> Credentials:
    """Enrol this home as a till of the shop, or enrol a revoked or cloned till again.

    Raises AnotherShop, AuthError, RejectedError or TransientError; nothing is written before the server has
    accepted. Interrupted at any point, it can be repeated.
    """
    _must_be_the_same_place(store, enrolment)
    login = LoginAnswer.model_validate(
        await transport.request(
            "POST",
            paths.LOGIN,
            body=LoginRequest(
                tenant_id=enrolment.tenant_id, username=enrolment.username, password=enrolment.password
            ).to_wire(),
        )
    )
    answer = EnrollAnswer.model_validate(
        await transport.request(
            "POST",
            paths.ENROLL,
            body=EnrollRequest(name=enrolment.till_name, location_id=enrolment.location_id).to_wire(),
            token=login.access_token,
        )
    )
    identity = DeviceIdentity(
        device_id=answer.device_id,
        name=enrolment.till_name,
        tenant_id=answer.tenant.id,
        tenant_name=answer.tenant.name,
        currency=answer.tenant.currency,
        location_id=answer.location.id,
        location_name=answer.location.name,
        time_zone=answer.location.time_zone,
        receipt_series=answer.receipt_series,
        server_url=enrolment.server_url,
        clock_offset_ms=0,
    )
    # The credential first: a till that is enrolled without a credential could never send.
    stored = credentials.save(store.home, Credentials(answer.device_token, answer.tenant.pin_pepper))
    await store.write(lambda tx: record_enrolment(tx, identity))
    return stored


def _must_be_the_same_place(store: Store, enrolment: Enrolment) -> None:
    with store.reading() as connection:
        before = read_device(connection)
    if before is None or (before.tenant_id, before.location_id) == (
        enrolment.tenant_id,
        enrolment.location_id,
    ):
        return
    raise AnotherShop(
        f"This folder is a till of {before.tenant_name}, {before.location_name}. Enroll it there again, or "
        "use another folder: what it has not sent would end up in the wrong books."
    )
