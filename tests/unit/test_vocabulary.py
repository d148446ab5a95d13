"""What the vocabularies decide: directions, decimals, sums, and words in the language in use."""

from collections.abc import Iterator

import pytest

from app.domain.cart import Cart
from app.domain.errors import BadQuantity
from app.domain.quantity import format_quantity, parse_quantity, quantity_in_words
from app.domain.shift import KindTotal, ShiftTotals
from app.domain.tender import Settlement
from app.domain.vocabulary.movement_reasons import MovementReason, Sign, reason_of
from app.domain.vocabulary.payment_methods import PAYMENT_METHODS, method_of
from app.domain.vocabulary.transaction_kinds import kind_of
from app.domain.vocabulary.units import UNITS, Unit
from app.services.stock.catalogue import ProductView
from resources import words
from scripts import translations


@pytest.fixture
def shouting() -> Iterator[None]:
    """A language that was chosen after the tables were read in."""
    words.install(lambda context, text, n=-1: words.english(context, text, n).upper())
    yield
    words.install(words.english)


@pytest.fixture
def litre(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(UNITS.rows, "litre", Unit("litre", 2, "{figure} l", "{price} a litre", True))


@pytest.mark.usefixtures("shouting")
def test_a_table_speaks_the_language_that_is_in_use_when_it_is_asked() -> None:
    assert reason_of("receive").in_list() == "GOODS IN"
    assert str(method_of("cash").name) == "CASH"
    assert kind_of("refund").in_report(2) == "2 REFUNDS"
    assert reason_of("sample").in_list() == "sample", "a code is no text to be translated"


def test_the_words_of_the_tables_reach_the_translation_files() -> None:
    gathered = {message.key: message.counted for message in translations.messages()}
    assert gathered["reason", "Goods in"] is False
    assert gathered["kind", "%n sale(s)"] is True


@pytest.mark.parametrize(
    ("code", "delta", "told"),
    [
        ("sale", -3, "sold"),
        ("sale", 3, "added"),
        ("receive", -3, "taken away"),
        ("count", -3, "counted"),
        ("correction", 3, "added"),
        ("correction", -3, "taken away"),
        ("sample", -3, "taken away"),
    ],
)
def test_a_figure_without_its_sign_is_never_told_the_other_direction(
    code: str, delta: int, told: str
) -> None:
    assert reason_of(code).done_without_sign(delta) == told


def test_a_reason_without_words_of_its_own_uses_its_noun_and_its_past_tense() -> None:
    sample = MovementReason("sample", "Sample", "given away", Sign.TAKES)
    assert (sample.in_form(), sample.in_history()) == ("Sample", "given away")


@pytest.mark.usefixtures("litre")
def test_a_made_up_unit_has_its_own_decimals() -> None:
    assert parse_quantity("1.5", "litre") == 150
    assert format_quantity(150, "litre") == "1.50"
    assert quantity_in_words(-150, "litre") == "−1.50 l"
    with pytest.raises(BadQuantity, match="more than 2 decimals"):
        parse_quantity("1.255", "litre")


@pytest.mark.usefixtures("litre")
def test_a_made_up_unit_is_priced_by_its_whole_and_counted_as_one_item() -> None:
    milk = ProductView("milk", "Milk", None, None, 199, 0, "litre")
    cart = Cart().add(milk, 150)
    assert cart.total_minor == 299, "1.50 l at 1.99 are 2.985, and a half goes up"
    assert cart.count == 1


def test_what_is_of_an_unknown_kind_is_in_no_sum_and_counted_apart() -> None:
    sums = ShiftTotals(
        1000,
        {"cash": 500},
        {"sale": KindTotal(1, 500), "paid_out": KindTotal(1, 200), "swap": KindTotal(3, 900)},
    )
    assert (sums.net_minor, sums.expected_minor, sums.uncounted) == (500, 1300, 3)


def test_money_of_an_unknown_method_is_turnover_and_not_in_the_drawer() -> None:
    sums = ShiftTotals(1000, {"shells": 500}, {"sale": KindTotal(1, 500)})
    assert (sums.net_minor, sums.expected_minor) == (500, 1000)


def test_methods_stand_in_the_order_of_their_table_and_unknown_ones_last() -> None:
    assert PAYMENT_METHODS.in_order({"shells", "other", "cash", "beads"}) == [
        "cash",
        "other",
        "beads",
        "shells",
    ]


def test_rounding_of_cash_goes_with_the_cash_that_is_taken_back() -> None:
    """Odoo 70825: cash rounded, then a card, then one of the two taken back, left a few cents due."""
    due = Settlement(98, "EUR", cash_step_minor=5)
    cash = due.with_cash(100)
    assert (cash.rounding_minor, cash.is_settled) == (2, True)
    assert cash.without(0) == due
    parts = due.with_cashless(50, "").with_cash(50)
    assert (parts.rounding_minor, parts.is_settled) == (2, True)
    assert parts.without(0).due_minor == 48
    assert due.with_cashless(98, "").rounding_minor == 0
