"""Enrolling a till: once, by a manager, with the server at hand. It needs nobody's password afterwards."""

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
    """What a manager fills in."""

    server_url: str
    tenant_id: str
    username: str
    password: str
    location_id: str
    till_name: str


class AnotherShop(StoreError):
    """What this till has not sent belongs to another shop, or to another of its places."""


async def enroll(store: Store, transport: Transport, enrolment: Enrolment) -> Credentials:
    """Make this home a till of the shop, or, where it was one that is not wanted any more, make it one again.

    Raises AnotherShop, AuthError, RejectedError or TransientError; nothing is written before the server has
    agreed. Interrupted at any point it can be done once more.
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
    # The secret first: a till that believes itself enrolled and has no credential could never send.
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
