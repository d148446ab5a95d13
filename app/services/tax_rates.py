"""Named tax rates at this till: the figure that is valid at this moment, by the calendar of the place.

The moment is by the till's clock, corrected by the offset that it measured to the server.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from app.domain.errors import BadQuantity, quoted
from app.domain.figures import read_day
from app.domain.rates import parse_rate
from app.domain.shop_settings import NamedRate, ShopSettings
from app.services import shop_settings
from app.services.setting_words import percent
from app.services.shop_settings import SeenSettings
from app.services.till import Till
from resources.words import translate
from sync_agent.contract.text import has_controls
from sync_agent.contract.wire import from_ms, in_zone
from sync_agent.store import tables as t


@dataclass(frozen=True)
class NamedFigure:
    """A named rate with its figure of today."""

    key: str
    name: str
    rate_ppm: int


def of_today(till: Till) -> list[NamedFigure]:
    """The named rates that have a figure today, by name."""
    with till.store.reading() as connection:
        settings = shop_settings.read_from(connection)
        figures = valid_under(connection, till, settings)
    found = [
        NamedFigure(rate.key, rate.name, figures[rate.key])
        for rate in settings.tax_rates
        if rate.key in figures
    ]
    return sorted(found, key=lambda rate: rate.name.casefold())


def valid_in(connection: Connection, till: Till) -> Mapping[str, int]:
    """The figures of all named rates, in ppm by key, as they are valid now."""
    return valid_under(connection, till, shop_settings.read_from(connection))


def valid_under(connection: Connection, till: Till, settings: ShopSettings) -> Mapping[str, int]:
    """As `valid_in`, where the shop's settings were read already."""
    if not settings.tax_rates:
        return {}
    day = today(connection, till)
    figures = {rate.key: rate.on(day) for rate in settings.tax_rates}
    return {key: rate_ppm for key, rate_ppm in figures.items() if rate_ppm is not None}


def today(connection: Connection, till: Till) -> date:
    """The day at the place, by the corrected clock."""
    offset_ms = connection.execute(select(t.device.c.clock_offset_ms)).scalar() or 0
    return in_zone(from_ms(till.clock.now_ms() + offset_ms), till.zone).date()


# --- as people write them -----------------------------------------------------------------------------

_KEY = re.compile(r"(.*)\[([^\[\]]*)\]", re.DOTALL)


@dataclass(frozen=True)
class _Line:
    """A line as it was read. `key` None: it names none."""

    name: str
    key: str | None
    steps: list[dict[str, Any]]


def written(rates: Iterable[NamedRate]) -> str:
    """A line each: "Standard [std] = 19 %; 2027-01-01 = 21 %". `read_written` reads it back.

    The key in brackets is what products name: a rate with another name is still the same. A name that could
    be read as something else is in quotes, as in JSON.
    """
    return "\n".join(
        "; ".join(
            (
                _head(rate)
                if rate.steps[0].first_day
                else f"{_head(rate)} = {percent(rate.steps[0].rate_ppm)}",
                *(
                    f"{step.first_day.isoformat()} = {percent(step.rate_ppm)}"
                    for step in rate.steps
                    if step.first_day is not None
                ),
            )
        )
        for rate in rates
    )


def _head(rate: NamedRate) -> str:
    name = rate.name
    if name != name.strip() or name.startswith('"') or has_controls(name) or {"=", ";"} & set(name):
        plain = (letter if _is_plain(letter) else json.dumps(letter)[1:-1] for letter in name)
        name = f'"{"".join(plain)}"'
    return f"{name} [{rate.key}]"


def _is_plain(letter: str) -> bool:
    return not has_controls(letter) and letter not in {'"', "\\"}


def read_written(text: str, before: Iterable[NamedRate]) -> dict[str, Any]:
    """Settings by name: each rate that is written, and None for each of `before` that is not any more.

    A rate is known by its key, and without one by its name; a new one gets a key of its own. Raises
    BadQuantity, also where two have one name.
    """
    known = {rate.key: rate for rate in before}
    lines = [_read_line(line) for line in filter(None, map(str.strip, text.split("\n")))]
    named = [line.key for line in lines if line.key is not None]
    for key in named:
        if key not in known:
            words = translate(
                "errors",
                "[{key}] is the key of no tax rate. Write a new one without brackets: Standard = 20 %",
            )
            raise BadQuantity(words.format(key=quoted(key)))
        if named.count(key) > 1:
            words = translate("errors", "[{key}] is in two lines. Write each tax rate once.")
            raise BadQuantity(words.format(key=key))
    _must_differ(lines, known)
    found: dict[str, Any] = {shop_settings.tax_rate_name(key): None for key in known}
    free = [rate for rate in known.values() if rate.key not in named]
    taken = set(known)
    for line in lines:
        key = line.key or _key_by_name(line.name, free) or _new_key(line.name, taken)
        taken.add(key)
        found[shop_settings.tax_rate_name(key)] = {"name": line.name, "steps": line.steps}
    return found


def _must_differ(lines: Iterable[_Line], known: Mapping[str, NamedRate]) -> None:
    """Two lines may have one name, whatever its case, only where they had it before."""
    groups: dict[str, list[_Line]] = {}
    for line in lines:
        groups.setdefault(line.name.casefold(), []).append(line)
    for group in groups.values():
        is_typed = any(line.key is None or known[line.key].name != line.name for line in group)
        if len(group) > 1 and is_typed:
            words = translate("errors", "Two tax rates are called “{name}”. Give each a name of its own.")
            raise BadQuantity(words.format(name=quoted(group[-1].name)))


def _key_by_name(name: str, rates: Iterable[NamedRate]) -> str | None:
    same = [rate for rate in rates if rate.name.casefold() == name.casefold()]
    same = [rate for rate in same if rate.name == name] or same
    if len(same) > 1:
        words = translate(
            "errors", "Several tax rates are called “{name}”. Write the key of the right one: {keys}"
        )
        keys = ", ".join(f"[{rate.key}]" for rate in same)
        raise BadQuantity(words.format(name=quoted(name), keys=keys))
    return same[0].key if same else None


def must_be_the_places(shown: SeenSettings, changes: Mapping[str, Any]) -> None:
    """Refuses a change of a place's settings that leaves out a named rate of the whole shop. Raises
    BadQuantity.
    """
    if shown.place is None:
        return
    for rate in shown.settings.tax_rates:
        name = shop_settings.tax_rate_name(rate.key)
        own = shown.rows.get(name)
        if name in changes and changes[name] is None and (own is None or own.value is None):
            words = translate(
                "errors", "“{name}” is a tax rate of the whole shop. Choose the whole shop to remove it."
            )
            raise BadQuantity(words.format(name=quoted(rate.name)))


def must_be_unused(till: Till, changes: Mapping[str, Any], place: str | None) -> None:
    """Refuses a change of settings that removes a named rate which products have. Raises BadQuantity."""
    removed = {
        rate.key: rate.name
        for rate in shop_settings.at(till, place).tax_rates
        if changes.get(name := shop_settings.tax_rate_name(rate.key), "") is None
        and (place is None or not shop_settings.holds_for_the_shop(till, name))
    }
    of = t.catalogue.c
    query = select(of.tax_name, func.count()).where(of.tax_name.in_(removed)).group_by(of.tax_name)
    with till.store.reading() as connection:
        used = connection.execute(query).all()
    for key, count in used:
        words = translate(
            "errors",
            "“{name}” is the tax rate of products ({count}), and cannot be left out. To give it another name,"
            " leave its key: [{key}]",
        )
        raise BadQuantity(words.format(name=quoted(removed[key]), count=count, key=key))


def _read_line(line: str) -> _Line:
    name, key, rest = _read_head(line)
    first, *later = (part.strip() for part in rest.split(";"))
    steps: list[dict[str, Any]] = [{"ratePpm": parse_rate(first[1:])}] if first else []
    for part in later:
        day, _, figure = (piece.strip() for piece in part.partition("="))
        try:
            steps.append({"from": read_day(day).isoformat(), "ratePpm": parse_rate(figure)})
        except ValueError as error:
            raise _unreadable(line) from error
    days = [step["from"] for step in steps if "from" in step]
    if not name or not steps or days != sorted(set(days)):
        raise _unreadable(line)
    return _Line(name, key, steps)


def _read_head(line: str) -> tuple[str, str | None, str]:
    """Name, key, and what follows: nothing, or from "=" or ";" on."""
    name = None
    rest = line
    if line.startswith('"'):
        try:
            name, end = json.JSONDecoder().raw_decode(line)
        except ValueError as error:
            raise _unreadable(line) from error
        rest = line[end:]
    head = re.match("[^=;]*", rest)
    assert head is not None, "it matches nothing, too"
    keyed = _KEY.fullmatch(head[0].strip())
    before, key = (keyed[1].strip(), keyed[2].strip()) if keyed else (head[0].strip(), None)
    if name is not None and before:
        raise _unreadable(line)
    if key is None and {"[", "]"} & set(before):
        words = translate(
            "errors",
            "The brackets in “{line}” hold no key. Write it after the name, like this: Standard [std] = 20 %",
        )
        raise BadQuantity(words.format(line=line))
    return before if name is None else str(name), key, rest[head.end() :]


def _unreadable(line: str) -> BadQuantity:
    words = translate(
        "errors",
        "“{line}” is no tax rate. Write it like this: Standard = 20 %; 2027-01-01 = 21 %",
    )
    return BadQuantity(words.format(line=line))


def _new_key(name: str, taken: set[str]) -> str:
    """A short key from the letters of a name."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    stem = re.sub(r"[^a-z0-9]", "", plain)[:12] or "rate"
    return next(key for key in (stem, *(f"{stem}{number}" for number in range(2, 999))) if key not in taken)
