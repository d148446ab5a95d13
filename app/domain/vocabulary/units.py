"""Units of sale: decimals of a quantity, and how quantities and prices are written."""

from dataclasses import dataclass, replace

from app.domain.vocabulary import Table
from resources.words import Words, marked


@dataclass(frozen=True)
class Unit:
    """A row. Quantities are integers in the unit's smallest part: pieces, thousandths of a kilogram.

    `decimals` is None for a unit from a newer version that was sent without: nothing can be sold by it.
    `written` is the format of a quantity ("{figure} kg"), `priced` that of a price ("{price} a kg").
    `counts_as_one`: any quantity counts as one item of a sale. `spellings` are further names for it in a
    catalogue file.
    """

    code: str
    decimals: int | None
    written: Words = "{figure}"
    priced: Words = "{price}"
    counts_as_one: bool = False
    spellings: tuple[str, ...] = ()

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
            priced=marked("unit", "{price} each"),
            spellings=("", "piece", "pieces", "pc", "pcs", "unit"),
        ),
        Unit(
            KG,
            3,
            written=marked("unit", "{figure} kg"),
            priced=marked("unit", "{price} a kg"),
            counts_as_one=True,
            spellings=("kilo", "kilogram", "kilogramme", "weight"),
        ),
    ),
    unknown=lambda code: Unit(code, None, written=f"{{figure}} {_plain(code)}"),
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


def code_of(spelled: str) -> str:
    """The code without decimals, as on the wire."""
    return spelled.partition("|")[0]
