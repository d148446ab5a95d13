"""Enrolling a till: once, by a manager, with the server at hand. It needs nobody's password afterwards."""

from dataclasses import dataclass

from sync_agent import credentials
from sync_agent.contract.events import PATH_ENROLL, PATH_LOGIN
from sync_agent.contract.identity import EnrollAnswer, EnrollRequest, LoginAnswer, LoginRequest
from sync_agent.credentials import Credentials
from sync_agent.ports import Transport
from sync_agent.store.database import Store
from sync_agent.store.device import DeviceIdentity, record_enrolment


@dataclass(frozen=True)
class Enrolment:
    """What a manager fills in."""

    server_url: str
    tenant_id: str
    username: str
    password: str
    location_id: str
    till_name: str


async def enroll(store: Store, transport: Transport, enrolment: Enrolment) -> Credentials:
    """Make this home a till of the shop. Raises AuthError, RejectedError or TransientError; nothing is
    written before the server has agreed.
    """
    login = LoginAnswer.model_validate(
        await transport.request(
            "POST",
            PATH_LOGIN,
            body=LoginRequest(
                tenant_id=enrolment.tenant_id, username=enrolment.username, password=enrolment.password
            ).to_wire(),
        )
    )
    answer = EnrollAnswer.model_validate(
        await transport.request(
            "POST",
            PATH_ENROLL,
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
    kept = credentials.save(store.home, Credentials(answer.device_token, answer.tenant.pin_pepper))
    await store.write(lambda tx: record_enrolment(tx, identity))
    return kept
