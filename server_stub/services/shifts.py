"""Reading shifts; opening and closing them is in `operations/handlers/shifts.py`."""

from sqlalchemy import Connection, select

from server_stub.errors import Refusal
from server_stub.services.people.caller import Caller
from server_stub.store import tables as t
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import ShiftRow


def find(connection: Connection, caller: Caller, shift_id: str) -> ShiftRow:
    """The shift with this id at one of the caller's places. Raises Refusal if there is none."""
    of = t.shift.c
    body = connection.execute(
        select(of.body).where(
            of.tenant_id == caller.tenant_id, of.id == shift_id, of.location_id.in_(caller.locations)
        )
    ).scalar_one_or_none()
    if body is None:
        raise Refusal(ErrorCode.NOT_FOUND, f"there is no shift {shift_id} for you")
    return ShiftRow.model_validate(body)
