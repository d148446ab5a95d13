"""Settings as a person changes them over HTTP, and what follows: sales are judged again by them."""

from server_stub.operations.context import OperationContext
from server_stub.operations.flags.again import judge_again
from server_stub.operations.resources import settings
from server_stub.services.people import shop_settings
from server_stub.services.people.caller import Caller
from server_stub.services.plausible import PLAUSIBLE
from server_stub.store.database import UnitOfWork
from sync_agent.contract.identity import TenantSettings


def edit(
    unit: UnitOfWork, caller: Caller, changes: TenantSettings, place: str | None = None
) -> TenantSettings:
    """Sets what is named in `changes`, for the shop or for one place; what is set there afterwards."""
    context = OperationContext(unit, caller)
    bears_on_sales = changes.tax_rates or changes.model_fields_set & PLAUSIBLE
    context.lock([None, *context.locations()] if bears_on_sales else [None])
    before = context.settings()
    after = shop_settings.edit(unit, caller, changes, place)
    context.forget_settings()
    context.arrivals.bounds = bool(changes.model_fields_set & PLAUSIBLE)
    settings.follow_rates(context, before)
    judge_again(context)
    return after
