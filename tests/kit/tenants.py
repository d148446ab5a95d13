"""Shops in a server's database without the demonstration data, and uploads judged there without the wire."""

from collections.abc import Sequence

from server_stub.operations.handlers import HANDLERS
from server_stub.operations.parsing import NO_DEFAULTS, in_device_order, read
from server_stub.operations.queue import apply_all
from server_stub.services.people.caller import Caller
from server_stub.services.people.tenants import NewLocation, NewUser, create_tenant
from server_stub.store.database import Database, UnitOfWork
from sync_agent.contract.operations import OperationResult

PLACES = ("main", "annex")


def create_shop(
    unit: UnitOfWork, people: Sequence[NewUser], *, places: Sequence[str] = PLACES, mark: str = ""
) -> None:
    """The unit's tenant, with these people. `mark` begins every name, so that a leak of one shows."""
    locations = [NewLocation(place, f"{mark}{place.capitalize()}", "Europe/London") for place in places]
    create_tenant(unit, f"{mark}Shop", "GBP", locations, list(people))


def upload(database: Database, caller: Caller, items: Sequence[object]) -> list[OperationResult]:
    """Applies one upload in its own transaction, in device order."""
    intakes = [read(item) for item in items]
    ordered = [intakes[place] for place in in_device_order(intakes)]
    return database.transact(
        caller.tenant_id, lambda unit: apply_all(unit, caller, ordered, NO_DEFAULTS, HANDLERS)
    )
