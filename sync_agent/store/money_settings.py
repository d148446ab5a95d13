"""The money settings of a till of an earlier release: prices with or without tax, and the smallest coin.

They become the shop's, and tills that differ ask a manager: a till that had never changed them would have
nothing to hand over, and take another till's without a question. So its defaults are written down: by an
update, and by a repair of an earlier release's database. A new till has none of its own.
"""

from sqlalchemy import Connection, text

SINCE_REVISION = "0019"
"""The revision of the till's database from which on they are written down."""

_DEFAULTS = {"adds_tax": "false", "cash_step_minor": "0"}
"""Tax roundings, named rates and payment methods were no till's own before."""
_WRITE_DOWN = text(
    """
    INSERT INTO preference (name, value)
    SELECT :name, :value
    WHERE EXISTS (SELECT 1 FROM device)
    AND NOT EXISTS (SELECT 1 FROM preference WHERE name IN (:name, 'shop_settings_carried_up'))
    """
)


def write_down(connection: Connection) -> None:
    """Write them down where the till had the defaults, and has not handed its settings over."""
    for name, value in _DEFAULTS.items():
        connection.execute(_WRITE_DOWN, {"name": name, "value": value})
