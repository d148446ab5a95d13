"""The table of flags: each by its code, what it is about, when it is set, and what judges it.

Adding a flag is a row here with its judge, a row in the till's table (`app/domain/vocabulary/flags.py`) and
one in docs/protocol.md; tests compare the three.
"""

from dataclasses import dataclass
from itertools import islice

from server_stub.operations.flags import amounts, goods, origin, sale_account
from server_stub.operations.flags.case import Case
from server_stub.operations.flags.judging import Flag, Judge, code_of
from server_stub.services.people import authorisation
from sync_agent.contract.text import TEXT_CLEANED


@dataclass(frozen=True)
class FlagKind:
    """A row. `about` says what stands after the colon, `when` is the flag in words, for documents.

    `judge` is None for what is judged once, when the transaction arrives: who may, at the moment when it was
    done, whether its lines fit their products' units, and whether it came close to a count. All others are
    judged again when what they depend on arrives.
    """

    code: str
    about: str
    when: str
    judge: Judge | None = None


_PERSON, _RIGHT, _PRODUCT, _LINE, _SHIFT = (
    "person's id",
    "right",
    "product's id",
    "line's number",
    "shift's id",
)
_NAME, _NUMBER, _AMOUNT, _DAY = "id or receipt number", "receipt number", "amount, in minor units", "day"

_JUDGED = (
    FlagKind("deleted_product", _PRODUCT, "it had been deleted by then", goods.product_was_deleted),
    FlagKind("unknown_product", _PRODUCT, "it is not in the catalogue", goods.product_is_unknown),
    FlagKind("unknown_method", "method", "this server does not know it", amounts.method_is_unknown),
    FlagKind(
        "unknown_reference", _NAME, "what it refers to is not here, or not yet", goods.reference_is_unknown
    ),
    FlagKind("no_sale_refunded", _NAME, "what goes back was never a sale", goods.reference_is_no_sale),
    FlagKind(
        "refund_beyond_sale",
        _NAME,
        "with it more went back of a line, by a payment or in all than the sale has",
        sale_account.goes_beyond_sale,
    ),
    FlagKind("voided_twice", _NAME, "the sale has another void", goods.sale_was_voided_twice),
    FlagKind("no_lines", "", "a sale, a refund or a void without lines", goods.there_are_no_lines),
    FlagKind("no_quantity", _LINE, "its quantity is zero or less", goods.quantity_is_not_above_zero),
    FlagKind("too_many", _LINE, "its quantity is implausibly large", goods.quantity_is_too_large),
    FlagKind(
        "wrong_line_total", _LINE, "it is not quantity × price less discount", amounts.line_does_not_multiply
    ),
    FlagKind("wrong_tax", _LINE, "its tax is not its rate's share of its total", amounts.tax_does_not_fit),
    FlagKind(
        "wrong_tax_rate",
        _LINE,
        "its named rate had another figure that day",
        amounts.tax_rate_was_not_valid,
    ),
    FlagKind("odd_tax_rate", _LINE, "its tax is more than 100 %", amounts.tax_rate_is_too_high),
    FlagKind(
        "wrong_total", _AMOUNT, "its lines come to this, not to its total", amounts.total_is_not_the_lines
    ),
    FlagKind("wrong_tax_total", _AMOUNT, "its lines' tax comes to this", amounts.tax_is_not_the_lines),
    FlagKind("not_paid", "", "there is a total and no payment", amounts.nothing_was_paid),
    FlagKind(
        "wrong_payment", _AMOUNT, "its payments less change come to this", amounts.payments_do_not_add_up
    ),
    FlagKind(
        "odd_rounding",
        _AMOUNT,
        "more than cash is rounded by, or without cash",
        amounts.rounding_is_too_large,
    ),
    FlagKind(
        "odd_change",
        "payment's number",
        "change without cash, or more than paid",
        amounts.change_is_impossible,
    ),
    FlagKind("negative_amount", _AMOUNT, "some amount is below zero", amounts.amount_is_negative),
    FlagKind("too_much_money", _AMOUNT, "some amount is implausibly large", amounts.amount_is_too_large),
    FlagKind("wrong_currency", "currency", "it is not the shop's", amounts.currency_is_another),
    FlagKind("odd_number", _NUMBER, "not a series, a dash and digits", origin.number_is_malformed),
    FlagKind(
        "wrong_series",
        _NUMBER,
        "not of its till's series, nor of one that the till had before it was enrolled again",
        origin.series_is_another_tills,
    ),
    FlagKind("number_used_twice", _NUMBER, "another transaction has it too", origin.number_was_used_before),
    FlagKind("unknown_shift", _SHIFT, "it is not here, or not yet", origin.shift_is_unknown),
    FlagKind(
        "wrong_shift", _SHIFT, "it is another till's, or another place's", origin.shift_is_another_tills
    ),
    FlagKind(
        "closed_shift", _SHIFT, "it was closed by then, by the till's own numbers", origin.shift_was_closed
    ),
    FlagKind("from_the_future", _DAY, "more than a day after it was received", origin.time_is_ahead),
    FlagKind(
        "too_early", _DAY, "more than a day before the shop or its till was there", origin.time_is_too_early
    ),
)

_AT_ARRIVAL = (
    *(FlagKind(code, about, when) for code, (about, when) in authorisation.FLAGS.items()),
    FlagKind("unit_mismatch", _PRODUCT, "sold by another unit than it has: these lines moved no stock"),
    FlagKind(
        "stock_not_moved",
        _PRODUCT,
        "so large a quantity that it was left out of the stock: no figure could hold it",
    ),
    FlagKind(TEXT_CLEANED, "", "a text in it had control letters, which were left out"),
    FlagKind("near_count", _PRODUCT, "so near to a count that nobody can say which was first"),
)

FINDINGS_MAX = 10
"""A transaction has thousands of lines at most, and says of the first ones alone what is odd about them."""

FLAG_KINDS = {kind.code: kind for kind in (*_JUDGED, *_AT_ARRIVAL)}
"""By code."""


def judge(case: Case) -> list[Flag]:
    """The flags that a case has by itself, in the table's order."""
    return [
        Flag(kind.code, finding.subject, finding.depends_on)
        for kind in _JUDGED
        if kind.judge is not None
        for finding in islice(kind.judge(case), FINDINGS_MAX)
    ]


def is_judged_again(written: str) -> bool:
    """Whether a flag, as written, follows from the case; any other was set for good when it arrived."""
    kind = FLAG_KINDS.get(code_of(written))
    return kind is not None and kind.judge is not None
