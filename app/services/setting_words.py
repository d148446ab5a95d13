"""The shop's settings in words for people: what a setting is called, and what a value of it means."""

from datetime import date
from typing import Any

from app.domain.money import format_minor
from app.domain.vocabulary.payment_methods import method_of
from app.domain.vocabulary.shop_setting_names import setting_name
from resources.words import in_figures, translate
from sync_agent.contract.shop_settings import TAX_RATE, name_and_place

_PERCENT_DIGITS = 4


def title_of(row_id: str, places: dict[str, str]) -> str:
    """A setting's name; with the place where it is one place's own. `places` are names by id."""
    name, place = name_and_place(row_id)
    if place is None:
        return setting_name(name)
    return f"{setting_name(name)} · {places.get(place, place)}"


def value_in_words(name: str, value: Any, currency: str) -> str:
    """A value of a setting. One that this release does not know is shown as it is."""
    if value is None:
        return translate("shop settings", "not set")
    if name.startswith(TAX_RATE) and isinstance(value, dict):
        return _rate_in_words(value)
    words = _choice_in_words(name, value)
    if words is not None:
        return words
    match name, value:
        case "cash_step_minor" | "amount_minor_max", int():
            return format_minor(value, currency)
        case "clerk_discount_ppm_max", int():
            return percent(value)
    return in_figures(str(value)) if isinstance(value, int) else f"“{value}”"


def _choice_in_words(name: str, value: Any) -> str | None:
    """A value that is chosen rather than typed; None for any other."""
    if name == "payment_methods" and isinstance(value, list):
        return ", ".join(str(method_of(str(code)).name) for code in value)
    if not isinstance(value, bool | str):
        return None
    return {
        ("adds_tax", True): translate("shop settings", "without tax, which is added"),
        ("adds_tax", False): translate("shop settings", "with tax"),
        ("tax_rounding", "line"): translate("shop settings", "on each line"),
        ("tax_rounding", "receipt"): translate("shop settings", "once for each rate of a receipt"),
        ("require_second_factor", True): translate("shop settings", "yes"),
        ("require_second_factor", False): translate("shop settings", "no"),
        ("refuse_unconditional", True): translate("shop settings", "yes"),
        ("refuse_unconditional", False): translate("shop settings", "no"),
    }.get((name, value))


def percent(ppm: int) -> str:
    """ "9.2375 %": a rate with as many decimals as it has."""
    whole, part = divmod(ppm, 10**_PERCENT_DIGITS)
    decimals = f"{part:0{_PERCENT_DIGITS}d}".rstrip("0")
    return f"{in_figures(f'{whole}.{decimals}' if decimals else str(whole))} %"


def _rate_in_words(value: dict[str, Any]) -> str:
    """ "Standard: 19 %, from 2027-01-01 21 %"."""
    steps: list[str] = []
    for step in value.get("steps", ()):
        figure = percent(int(step.get("ratePpm", 0)))
        if step.get("from"):
            words = translate("shop settings", "from {day} {rate}")
            figure = words.format(day=date.fromisoformat(step["from"]).isoformat(), rate=figure)
        steps.append(figure)
    return f"{value.get('name', '')}: {', '.join(steps)}"
