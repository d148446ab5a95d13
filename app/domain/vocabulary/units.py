"""What a product is sold by: how many decimals a quantity has, how it and a price are written."""

from dataclasses import dataclass, replace

from app.domain.vocabulary import Table
from resources.words import Words, marked


@dataclass(frozen=True)
class Unit:
    """A row. A quantity is kept as a whole number of its smallest part: pieces, thousandths of a kilogram.

    `decimals` is None of a unit from a newer program that did not say: nothing can be sold by it. `written`
    holds a quantity ("{figure} kg"), `priced` a price ("{price} a kg"). `counts_as_one`: however much of it
    is one item to a customer. `spellings` are what a catalogue's file may call it besides.
    """

    code: str
    decimals: int | None
    written: Words = "{figure}"
    priced: Words = "{price}"
    counts_as_one: bool = False
    spellings: tuple[str, ...] = ()

    @property
    def parts(self) -> int:
        """How many parts one of it has: 1 piece, 1000 thousandths."""
        return int(10 ** (self.decimals or 0))

    def items(self, quantity: int) -> int:
        """How many items a customer would count."""
        return 1 if self.counts_as_one else quantity


PARTS_MAX = 10**6
"""The most parts that one of a unit may have, on the wire as well."""

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
    """A code as part of a text with placeholders."""
    return code.replace("{", "").replace("}", "")


def unit_of(spelled: str) -> Unit:
    """The unit of a product as the catalogue spells it: its code, with "|" and its decimals if they came.

    One that this till does not know is shown as it is called, and is sold where its decimals are there.
    """
    code, _, decimals_text = spelled.partition("|")
    unit = UNITS.of(code)
    if unit.decimals is not None or not decimals_text.isdecimal():
        return unit
    decimals = int(decimals_text)
    return replace(unit, decimals=decimals, counts_as_one=decimals > 0)


def code_of(spelled: str) -> str:
    """The code alone, as it travels."""
    return spelled.partition("|")[0]
