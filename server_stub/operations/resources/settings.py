"""What a change of a setting needs besides its right: checking less needs an admin's own token."""

from typing import Any

from server_stub.errors import Refusal
from server_stub.operations.context import OperationContext
from server_stub.operations.parsing import Envelope
from server_stub.operations.resources import todays_rates
from server_stub.roles import Action, may
from server_stub.services.people import shop_settings, tax_rates
from server_stub.services.people.shop_settings import Setting, Settings
from server_stub.services.plausible import PLAUSIBLE
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.operations import Effect
from sync_agent.contract.shop_settings import TAX_RATE, name_and_place


def places_of(context: OperationContext, row_id: str) -> set[str | None]:
    """The places whose streams a change of a setting may write to; None is the tenant's, where its row is.

    All, where the flags of sales depend on it: of a change and a sale at a time, the second sees the first.
    """
    name, place = name_and_place(row_id)
    bears_on_sales = name.startswith(TAX_RATE) or name in PLAUSIBLE
    return {None, *context.locations()} if bears_on_sales else {None, context.callers_place(place)}


def is_held_back(context: OperationContext, row_id: str, value: Any) -> bool:
    """Whether the value makes the server check less, and the bearer may not decide that.

    A till never may: it says who acted, and nobody proves that it was an admin.
    """
    if not shop_settings.loosens(context.settings(), row_id, value):
        return False
    caller = context.caller
    return caller.is_device or not may(caller.role, Action.LOOSEN_CHECKS)


def change(
    context: OperationContext, envelope: Envelope, before: Setting, value: Any
) -> tuple[Setting, Effect]:
    """Stores and publishes a setting's next version, and what follows from another tax rate."""
    settings = context.settings()
    changed = context.change_setting(envelope, before, value)
    follow_rates(context, settings)
    return changed


def follow_rates(context: OperationContext, before: Settings) -> None:
    """Settings were set otherwise than `before`. If there are named tax rates among them, products carry
    today's figures, and sales from the first day with another figure on are judged again.
    """
    since = context.arrivals.tax_rates
    for row_id, row in context.settings().rows.items():
        if not row.name.startswith(TAX_RATE) or row == before.row(row_id):
            continue
        key = row.name.removeprefix(TAX_RATE)
        day = tax_rates.first_difference(before, context.settings(), key, row.place)
        if day is not None:
            since[key] = min(day, since.get(key, day))
    if since:
        todays_rates.publish_todays(context)


def must_be_allowed(context: OperationContext, row_id: str, value: Any) -> None:
    """Refuses what is held back."""
    if is_held_back(context, row_id, value):
        words = "this makes the server check less: an admin changes it with a connection, in the settings"
        raise Refusal(ErrorCode.FORBIDDEN, f"data.value: {words}")
