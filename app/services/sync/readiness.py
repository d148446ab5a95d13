"""Whether this till is ready for an outage: checks of its local data, made while it is online."""

import shutil
from dataclasses import dataclass

from sqlalchemy import func, select

from app.domain.rights import Right, may
from app.services import clock, preferences
from app.services.people import directory as people
from app.services.till import Till
from resources.words import in_figures, translate
from sync_agent.store import tables as t

SPACE_LOW_BYTES = 500 * 1024 * 1024
CLOCK_OFF_MS_MAX = 120_000


@dataclass(frozen=True)
class Check:
    """The result of a check. `words` describes it and, where `ok` is false, says what to do."""

    ok: bool
    what: str
    words: str


def checks(till: Till) -> list[Check]:
    """All checks, the most important first. Reads only local data, so it works offline."""
    return [_copy(till), _prices(till), _people(till), _clock(till), _disk(till), _printer(till)]


def _copy(till: Till) -> Check:
    what = translate("readiness", "Products and stock")
    with till.store.reading() as connection:
        synced_ms = connection.execute(select(func.min(t.cursor.c.synced_ms))).scalar()
    if synced_ms is None:
        words = translate("readiness", "Not fetched yet. Connect this till to the server once.")
        return Check(False, what, words)
    hours = max(0, till.clock.now_ms() - synced_ms) // 3_600_000
    if hours < 1:
        return Check(True, what, translate("readiness", "Up to date."))
    words = translate("readiness", "As of %n hour(s) ago.", hours)
    if hours >= 24:
        words = f"{words} {translate('readiness', 'Connect this till to the server before you rely on it.')}"
    return Check(hours < 24, what, words)


def _prices(till: Till) -> Check:
    what = translate("readiness", "Prices")
    of = t.catalogue.c
    with till.store.reading() as connection:
        query = select(func.count(), func.count(of.price_minor)).select_from(t.catalogue)
        products, priced = connection.execute(query).one()
    if not products:
        return Check(False, what, translate("readiness", "There are no products yet."))
    words = translate("readiness", "%n product(s) can be sold.", priced)
    if priced < products:
        without = translate("readiness", "%n (has|have) no price yet.", products - priced)
        words = f"{words} {without}"
    return Check(priced > 0, what, words)


def _people(till: Till) -> Check:
    what = translate("readiness", "People")
    with till.store.reading() as connection:
        with_pin = set(
            connection.execute(select(t.person.c.id).where(t.person.c.pin_verifier.is_not(None))).scalars()
        )
    known = people.people(till)
    able = [person for person in known if person.id in with_pin]
    managers = [person for person in able if may(person.role, Right.OVERRIDE_PRICE)]
    words = translate("readiness", "%n can sign in here without a connection.", len(able))
    if not managers:
        words = f"{words} {translate('readiness', 'No manager has a PIN, so nobody can approve anything.')}"
    return Check(bool(managers), what, words)


def _clock(till: Till) -> Check:
    what = translate("readiness", "Clock")
    with till.store.reading() as connection:
        off_ms = connection.execute(select(t.device.c.clock_offset_ms)).scalar_one()
    if clock.has_jumped(till):
        return Check(False, what, clock.jump_in_words())
    if abs(off_ms) <= CLOCK_OFF_MS_MAX:
        return Check(True, what, translate("readiness", "Agrees with the server."))
    words = translate(
        "readiness", "It is %n minute(s) off. Set this computer’s clock.", abs(off_ms) // 60_000
    )
    return Check(False, what, words)


def _disk(till: Till) -> Check:
    what = translate("readiness", "Disk")
    free = shutil.disk_usage(till.store.home.path).free
    words = translate("readiness", "{size} GB free.").format(size=in_figures(f"{free / 1024**3:.1f}"))
    if free >= SPACE_LOW_BYTES:
        return Check(True, what, words)
    return Check(
        False, what, f"{words} {translate('readiness', 'Free some space, or sales will be refused.')}"
    )


def _printer(till: Till) -> Check:
    what = translate("readiness", "Printer")
    chosen = preferences.read(till)
    if chosen.printer == "none":
        words = translate("readiness", "None is set up. Receipts are shown on the screen.")
        return Check(True, what, words)
    return Check(True, what, f"{chosen.printer} {chosen.printer_address}".strip())
