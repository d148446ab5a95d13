"""Units of sale: decimals of a quantity, and how quantities and prices are written."""

from dataclasses import dataclass, replace

from app.domain.vocabulary import Table
from resources.words import Words, marked


@dataclass(frozen=True)
class Unit:
    """A row. Quantities are integers in the unit's smallest part: pieces, thousandths of a kilogram.

    `decimals` is None for a unit from a newer version that was sent without: nothing can be sold by it.
    `name` is for a choice. `written` is the format of a quantity ("{figure} kg"), `priced` that of a price
    ("{price} a kg").
    `counts_as_one`: any quantity counts as one item of a sale. `spellings` are further names for it in a
    catalogue file.
    """

    code: str
    decimals: int | None
    written: Words = "{figure}"
    priced: Words = "{price}"
    counts_as_one: bool = False
    spellings: tuple[str, ...] = ()
    name: Words = ""

    @property
    def parts(self) -> int:
        """Smallest parts in one unit: 1 for pieces, 1000 for kilograms."""
        return int(10 ** (self.decimals or 0))

    def items(self, quantity: int) -> int:
        """The quantity in items, as a customer counts them."""
        return 1 if self.counts_as_one else quantity


PARTS_MAX = 10**6
"""The largest `parts` of a unit, on the wire too."""

EACH = "each"
KG = "kg"

UNITS = Table.of_rows(
    (
        Unit(
            EACH,
            0,
            name=marked("unit", "Piece"),
            priced=marked("unit", "{price} each"),
            spellings=("", "piece", "pieces", "pc", "pcs", "unit"),
        ),
        Unit(
            KG,
            3,
            name=marked("unit", "Kilogram"),
            written=marked("unit", "{figure} kg"),
            priced=marked("unit", "{price} a kg"),
            counts_as_one=True,
            spellings=("kilo", "kilogram", "kilogramme", "weight"),
        ),
    ),
    unknown=lambda code: Unit(code, None, name=_plain(code), written=f"{{figure}} {_plain(code)}"),
)


def _plain(code: str) -> str:
    """A code without braces, for use in a text with placeholders."""
    return code.replace("{", "").replace("}", "")


def unit_of(spelled: str) -> Unit:
    """The unit of a product, from the catalogue's form: its code, then "|" and its decimals if sent.

    A unit that this till does not know is shown by its code, and can be sold if its decimals are known.
    """
    code, _, decimals_text = spelled.partition("|")
    unit = UNITS.of(code)
    if unit.decimals is not None or not decimals_text.isdecimal():
        return unit
    decimals = int(decimals_text)
    return replace(unit, decimals=decimals, counts_as_one=decimals > 0)


def units_to_choose() -> list[tuple[str, str]]:
    """Code and name of each unit that a product can be given."""
    return [(unit.code, str(unit.name)) for unit in UNITS.all()]


def code_of(spelled: str) -> str:
    """The code without decimals, as on the wire."""
    return spelled.partition("|")[0]


def sent_decimals_of(spelled: str) -> int | None:
    """The decimals that the catalogue's form carries; None for a unit of the table."""
    decimals = spelled.partition("|")[2]
    return int(decimals) if decimals.isdecimal() else None


def spelled(code: str, sent_decimals: int | None) -> str:
    """The catalogue's form of a unit, from its code and the decimals that were sent with it."""
    is_listed = UNITS.of(code).decimals is not None
    return code if is_listed or sent_decimals is None else f"{code}|{sent_decimals}"


def unit_as_sold(
    quantity: int, unit_price_minor: int, gross_minor: tuple[int, ...], known: str | None
) -> str:
    """The unit of a line that was stored without: the one by which its figures multiply.

    `known` is the unit that its product has now, which is preferred; `gross_minor` are the amounts that
    quantity × price may come to (with and without tax). The product's unit, else pieces, where none fits.
    """
    for candidate in (known, EACH, KG):
        if candidate is not None and unit_of(candidate).decimals is not None:
            parts = unit_of(candidate).parts
            amount = quantity * unit_price_minor
            # Off by a minor unit at most, through rounding.
            if any(abs(amount - gross * parts) <= parts for gross in gross_minor):
                return candidate
    return known or EACH
