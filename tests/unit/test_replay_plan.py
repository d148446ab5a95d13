"""What a file of invoices asks of the tills: sales, refunds, adjustments, and what no till can sell."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from app.replay.plan import (
    COLUMNS,
    BadHistory,
    PlannedAdjustment,
    PlannedLine,
    PlannedProduct,
    PlannedRefund,
    PlannedSale,
    ReplayPlan,
    adjustment_reason,
    deal,
    not_goods,
    read_plan,
)
from app.replay.report import Moved, compare, refused_by_reason, sums_of_file
from sync_agent.contract.stock import MovementReason
from sync_agent.contract.wire import to_ms

MORNING = "2010-12-01 08:26:00"
MORNING_MS = to_ms(datetime(2010, 12, 1, 8, 26, tzinfo=UTC))

Write = Callable[..., Path]


@pytest.fixture
def history(tmp_path: Path) -> Write:
    """Writes a file of the given lines below the header."""

    def write(*lines: str) -> Path:
        path = tmp_path / "history.csv"
        path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
        return path

    return write


def line(
    invoice: str = "536365",
    code: str = "85123A",
    description: str = "WHITE HEART",
    quantity: str = "6",
    moment: str = MORNING,
    price: str = "2.55",
) -> str:
    return f"{invoice},{code},{description},{quantity},{moment},{price},17850.0,United Kingdom"


def reasons(plan: ReplayPlan) -> list[str]:
    return [refused.reason for refused in plan.refused]


# --- sales -------------------------------------------------------------------------------------------


def test_lines_of_one_invoice_that_repeat_a_code_stay_one_sale(history: Write) -> None:
    plan = read_plan(history(line(quantity="6"), line(code="71053", quantity="1"), line(quantity="2")))
    assert plan.steps == (
        PlannedSale(
            "536365",
            MORNING_MS,
            (
                PlannedLine("85123A", "WHITE HEART", 6, 255),
                PlannedLine("71053", "WHITE HEART", 1, 255),
                PlannedLine("85123A", "WHITE HEART", 2, 255),
            ),
        ),
    )
    assert plan.sums(PlannedSale) == {"85123A": 8, "71053": 1}


def test_lines_of_one_invoice_that_do_not_stand_together_stay_one_sale(history: Write) -> None:
    plan = read_plan(history(line("1"), line("2"), line("1")))
    assert [(step.invoice, plan.count(PlannedSale)) for step in plan.steps] == [("1", 2), ("2", 2)]


def test_steps_come_in_the_order_in_which_they_happened(history: Write) -> None:
    plan = read_plan(history(line("2", moment="2010-12-01 09:00:00"), line("1")))
    assert [step.invoice for step in plan.steps] == ["1", "2"]


def test_times_are_local_to_the_united_kingdom(history: Write) -> None:
    plan = read_plan(history(line(moment="2011-06-01 12:00:00")))
    assert plan.steps[0].occurred_ms == to_ms(datetime(2011, 6, 1, 11, 0, tzinfo=UTC))


def test_codes_are_taken_exactly_as_written(history: Write) -> None:
    plan = read_plan(history(line(code="85123A", quantity="6"), line(code="85123a", quantity="1")))
    assert plan.sums(PlannedSale) == {"85123A": 6, "85123a": 1}
    assert [product.code for product in plan.products] == ["85123A", "85123a"]


def test_of_two_codes_that_differ_only_in_case_the_later_gets_another_article_number(history: Write) -> None:
    plan = read_plan(history(line(code="85123A"), line(code="85123a"), line(code="21777")))
    assert [product.article_number for product in plan.products] == ["85123A", "85123a (2)", "21777"]


def test_a_range_of_dates_takes_in_both_its_ends(history: Write) -> None:
    days = [f"2010-12-0{day} 23:59:00" for day in (1, 2, 3, 4)]
    path = history(*(line(str(number), moment=moment) for number, moment in enumerate(days)))
    plan = read_plan(path, date(2010, 12, 2), date(2010, 12, 3))
    assert [step.invoice for step in plan.steps] == ["1", "2"]
    assert plan.lines_in_range == 2


# --- refunds and adjustments -------------------------------------------------------------------------


def test_a_cancellation_becomes_a_refund_of_what_came_back(history: Write) -> None:
    plan = read_plan(history(line("C536379", quantity="-4")))
    assert plan.steps == (
        PlannedRefund("C536379", MORNING_MS, (PlannedLine("85123A", "WHITE HEART", 4, 255),)),
    )


def test_a_negative_line_becomes_an_adjustment_with_the_note_as_its_reason(history: Write) -> None:
    plan = read_plan(history(line(description="damages", quantity="-10", price="0.0")))
    assert plan.steps == (
        PlannedAdjustment("536365", MORNING_MS, "85123A", -10, MovementReason.WASTE, "damages"),
    )
    assert plan.sums(PlannedAdjustment) == {"85123A": -10}


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        ("Unsaleable, destroyed.", MovementReason.WASTE),
        ("thrown away", MovementReason.WASTE),
        ("wet/rusty", MovementReason.WASTE),
        ("wrongly coded 23343", MovementReason.CORRECTION),
        ("found some more on shelf", MovementReason.CORRECTION),
        ("", MovementReason.CORRECTION),
    ],
)
def test_a_note_about_spoilt_goods_is_waste_and_any_other_a_correction(
    note: str, reason: MovementReason
) -> None:
    assert adjustment_reason(note) is reason


def test_an_invoice_with_both_signs_becomes_a_sale_and_adjustments(history: Write) -> None:
    plan = read_plan(history(line(), line(description="missing", quantity="-1", price="0.0")))
    assert [type(step) for step in plan.steps] == [PlannedSale, PlannedAdjustment]


# --- articles ----------------------------------------------------------------------------------------


def test_an_article_has_the_name_and_the_price_it_is_sold_under_most_often(history: Write) -> None:
    plan = read_plan(
        history(
            line(description="HEART", price="2.95"),
            line(description="WHITE HEART"),
            line(description="", price="2.55"),
            line(description="WHITE HEART", price="2.95"),
            line(description="smashed", quantity="-1", price="0.0"),
            line(code="21777", description="found", quantity="-3", price="0.0"),
        )
    )
    assert plan.products == (
        PlannedProduct("85123A", "WHITE HEART", 295),
        PlannedProduct("21777", "21777", None),
    )


@pytest.mark.parametrize(
    ("written", "pence"), [("1.245", 124), ("1.255", 126), ("0.001", 0), ("2.550", 255), ("3", 300)]
)
def test_prices_are_rounded_half_even_to_pence(history: Write, written: str, pence: int) -> None:
    plan = read_plan(history(line(price=written)))
    (sale,) = plan.steps
    assert isinstance(sale, PlannedSale)
    assert sale.lines[0].price_minor == pence


def test_a_rounded_price_is_reported_and_an_exact_one_is_not(history: Write) -> None:
    plan = read_plan(history(line(price="2.5500"), line(code="PADS", price="0.001")))
    assert [(one.line_number, one.code, one.written) for one in plan.rounded_prices] == [(3, "PADS", "0.001")]


# --- what no till can sell ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "code",
    ["POST", "DOT", "C2", "M", "m", "D", "S", "B", "CRUK", "BANK CHARGES", "AMAZONFEE", "gift_0001_40"],
)
def test_codes_that_are_no_goods_are_refused_in_words(history: Write, code: str) -> None:
    plan = read_plan(history(line(), line(code=code)))
    assert reasons(plan) == [not_goods(code)]
    assert reasons(plan)[0].startswith("not goods: ")
    assert [product.code for product in plan.products] == ["85123A"]


@pytest.mark.parametrize("code", ["PADS", "DCGS0076", "DCGSSBOY", "15056BL"])
def test_unusual_codes_of_real_goods_are_sold(history: Write, code: str) -> None:
    assert read_plan(history(line(code=code))).sums(PlannedSale) == {code: 6}


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (line(quantity="0"), "the quantity is zero"),
        (line(quantity="1.5"), "the quantity is not a whole number"),
        (line(quantity="six"), "the quantity is not a whole number"),
        (line(quantity="9" * 30), "more than a till can handle"),
        (line(quantity="999999999", price="999999"), "more than a till can handle"),
        (line(price="-11062.06"), "the price is negative"),
        (line(price="free"), "the price is not a number"),
        (line(price="nan"), "the price is not a number"),
        (line(code=""), "no article code"),
        (line(code="X" * 65), "a number or code longer than a till takes"),
        (line(invoice=""), "no invoice number"),
        (line(moment="yesterday"), "the date cannot be read"),
        (line("C536379", quantity="4"), "a cancellation with a positive quantity"),
        ("536365,85123A", "not as many fields as the header has"),
    ],
)
def test_impossible_lines_are_refused_one_by_one(history: Write, written: str, reason: str) -> None:
    plan = read_plan(history(line("1"), written, line("2")))
    assert [(one.line_number, one.reason) for one in plan.refused] == [(3, f"impossible: {reason}")]
    assert [step.invoice for step in plan.steps] == ["1", "2"]
    assert plan.lines_in_range == 3


def test_a_line_of_no_date_is_refused_whatever_the_range(history: Write) -> None:
    plan = read_plan(history(line(moment="")), date(2010, 12, 1), date(2010, 12, 1))
    assert reasons(plan) == ["impossible: the date cannot be read"]


def test_refused_lines_are_reported_by_reason_as_they_stand_in_the_file(history: Write) -> None:
    plan = read_plan(history(*(line(code="POST", description='"POSTAGE, FIRST"') for _ in range(7))))
    ((reason, refused),) = refused_by_reason(plan.refused).items()
    assert reason == not_goods("POST")
    assert refused.lines == 7
    assert refused.examples[0] == {"line": 2, "text": line(code="POST", description='"POSTAGE, FIRST"')}
    assert len(refused.examples) == 5


# --- files that are no history -----------------------------------------------------------------------


def test_a_file_with_other_columns_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "products.csv"
    path.write_text("barcode,product_name\n1,2\n")
    with pytest.raises(BadHistory, match=r"products\.csv does not begin with the columns InvoiceNo"):
        read_plan(path)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(BadHistory, match="cannot be read"):
        read_plan(tmp_path / "nothing.csv")


def test_a_damaged_archive_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "history.csv.xz"
    path.write_bytes(b"this was never compressed")
    with pytest.raises(BadHistory, match="cannot be read"):
        read_plan(path)


# --- sums and dealing --------------------------------------------------------------------------------


def test_the_files_own_sums_follow_the_rule_of_signs(history: Write) -> None:
    path = history(
        line(quantity="6"),
        line(quantity="2"),
        line("C1", quantity="-3"),
        line("2", description="damages", quantity="-10", price="0.0"),
        line(code="85123a", quantity="1"),
        line(code="POST", quantity="1"),
        line(code="21777", quantity="0"),
        line(code="21777", price="-1"),
        line("C2", code="21777", quantity="5"),
        line(code="21777", quantity="many"),
        line(moment="2010-12-02 08:00:00"),
    )
    day = date(2010, 12, 1)
    assert sums_of_file(path, day, day) == {"85123A": -8 + 3 - 10, "85123a": -1}
    plan = read_plan(path, day, day)
    sums = compare(plan, sums_of_file(path, day, day), Moved(Counter(), Counter()), [])["85123A"]
    assert (sums.sold, sums.refunded, sums.adjusted) == (8, 3, -10)
    assert not sums.agree


def test_dealing_keeps_invoices_whole_and_their_order_and_repeats_with_its_seed(history: Write) -> None:
    lines = [line(str(number)) for number in range(40)]
    lines += [line(str(number), quantity="-1") for number in range(40)]
    plan = read_plan(history(*lines))
    hands = deal(plan.steps, 3, random.Random(7))
    assert hands == deal(plan.steps, 3, random.Random(7))
    assert hands != deal(plan.steps, 3, random.Random(8))
    assert sorted(int(step.invoice) for hand in hands for step in hand) == sorted([*range(40)] * 2)
    owners = [{step.invoice for step in hand} for hand in hands]
    assert not owners[0] & owners[1] | owners[1] & owners[2] | owners[0] & owners[2]
    assert all(sorted(hand, key=plan.steps.index) == hand for hand in hands)
