"""Changes of the shop's settings as tills send them: a row a field. Two values for one row are a conflict.

What makes the server check less is changed by an admin (`services/people/shop_settings.py`).
"""

from typing import Any, ClassVar

from server_stub.operations.context import OperationContext
from server_stub.operations.handler import Handler, ParsedOperation, Requirement, Rows, resource_of
from server_stub.operations.outcome import Outcome, applied, blocked
from server_stub.operations.resources import conflicts, settings
from server_stub.roles import Action
from server_stub.services.people import shop_settings
from sync_agent.contract.conflicts import Conflict, ConflictType
from sync_agent.contract.operations import CONFLICT
from sync_agent.contract.shop_settings import SETTING, SettingEdit, SettingRow, name_and_place


class EditSetting(Handler[SettingEdit]):
    """A new value of one setting, of the shop or of one place, in place of the one that its till had."""

    name = "SettingEditOperation"
    resource_type = SETTING
    verb = "update"
    data = SettingEdit
    rows: ClassVar[Rows] = {SETTING: SettingRow, CONFLICT: Conflict}

    def places(self, context: OperationContext, operation: ParsedOperation[SettingEdit]) -> set[str | None]:
        return settings.places_of(context, operation.operation.resource_id or "")

    def requirement(self, context: OperationContext, operation: ParsedOperation[SettingEdit]) -> Requirement:
        row_id, _ = _wanted(context, operation)
        is_carried = operation.data.carried_up
        right = Action.CARRY_UP_SETTINGS if is_carried else Action.CHANGE_SHOP_SETTINGS
        return Requirement(right, name_and_place(row_id)[1])

    def apply_one(self, context: OperationContext, operation: ParsedOperation[SettingEdit]) -> Outcome:
        envelope, data = operation.envelope, operation.data
        row_id, value = _wanted(context, operation)
        setting = context.settings().row(row_id)
        earlier = conflicts.open_before(context, envelope, SETTING, row_id, setting.place)
        if earlier is not None:
            return blocked(operation.id, earlier)
        if data.carried_up:
            asks = conflicts.that_asks(context, SETTING, row_id, setting.place, {"value": value})
            if asks is not None:
                # Another till had the same: a manager is asked once, and this till knows what it waits for.
                return applied(operation.id, [], {"version": setting.version}, conflict=asks)
        is_over_another = data.base != setting.value or (data.carried_up and setting.version > 0)
        if value != setting.value and is_over_another:
            kind = ConflictType.CONCURRENT_UPDATE
            return conflicts.open_for_setting(context, envelope, setting, data, kind)
        if data.carried_up and settings.is_held_back(context, row_id, value):
            # Nobody decided this for the shop yet, and the till goes on with it until somebody does.
            kind = ConflictType.DATA_INCONSISTENCY
            return conflicts.open_for_setting(context, envelope, setting, data, kind)
        settings.must_be_allowed(context, row_id, value)
        setting, effect = settings.change(context, envelope, setting, value)
        return applied(operation.id, [effect], {"version": setting.version}, flags=operation.flags)


def _wanted(context: OperationContext, operation: ParsedOperation[SettingEdit]) -> tuple[str, Any]:
    """The row and its new value. Raises Refusal where there is no such setting, place or value."""
    row_id = resource_of(operation, "a setting's operation")
    return row_id, shop_settings.must_make_sense(row_id, operation.data.value, context.locations())
