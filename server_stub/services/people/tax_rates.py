"""Named tax rates: the figure that is valid at a place on a day."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from server_stub.services.people.shop_settings import Settings
from server_stub.store import tables as t
from server_stub.store.database import UnitOfWork
from sync_agent.contract.shop_settings import TAX_RATE
from sync_agent.contract.tax_rates import TaxRate
from sync_agent.contract.wire import from_ms, in_zone


def valid_on(settings: Settings, key: str, place: str | None, day: date) -> int | None:
    """The figure in ppm; None where there is no such rate, or none yet on that day."""
    written = settings.value(TAX_RATE + key, place)
    if written is None:
        return None
    figure = None
    for step in TaxRate.model_validate(written).steps:
        if step.from_ is None or step.from_ <= day:
            figure = step.rate_ppm
    return figure


def first_difference(before: Settings, after: Settings, key: str, place: str | None) -> date | None:
    """The first day with another figure; `date.min` if all are, None if none is."""
    days = {date.min}
    for settings in (before, after):
        written = settings.value(TAX_RATE + key, place)
        if written is not None:
            steps = TaxRate.model_validate(written).steps
            days |= {step.from_ for step in steps if step.from_ is not None}
    differing = (day for day in days if valid_on(before, key, place, day) != valid_on(after, key, place, day))
    return min(differing, default=None)


def day_of(moment_ms: int, zone: ZoneInfo) -> date:
    """The day of a moment, by the calendar of a zone."""
    return in_zone(from_ms(moment_ms), zone).date()


def load_zones(connection: Connection | UnitOfWork, tenant_id: str) -> dict[str, ZoneInfo]:
    """The time zones of a tenant's places."""
    of = t.location.c
    query = select(of.id, of.time_zone).where(of.tenant_id == tenant_id)
    found = connection.rows(query) if isinstance(connection, UnitOfWork) else connection.execute(query)
    return {row.id: ZoneInfo(row.time_zone) for row in found}


def todays(settings: Settings, zones: Mapping[str, ZoneInfo], now_ms: int) -> dict[str, int]:
    """The shop's figures in ppm, by key, of the day at its first place; without rates that have none yet."""
    keys = {
        row.name.removeprefix(TAX_RATE) for row in settings.rows.values() if row.name.startswith(TAX_RATE)
    }
    if not keys:
        return {}
    day = day_of(now_ms, zones[min(zones)])
    figures = {key: valid_on(settings, key, None, day) for key in keys}
    return {key: figure for key, figure in figures.items() if figure is not None}
