"""Flags: what the server found suspicious about a completed till transaction, as a code and its subject."""

from dataclasses import dataclass
from typing import Literal

from app.domain.vocabulary import Table
from resources.words import Words, marked

About = Literal["person", "right", "product", "amount", "itself"]


@dataclass(frozen=True)
class Flag:
    """A row. `about` says what the subject after the code is, and so how {what} in the text is filled in.

    An amount is in minor units of the transaction's currency.
    """

    code: str
    words: Words
    about: About = "itself"


FLAGS = Table.of_rows(
    (
        Flag("unknown_actor", marked("flag", "The shop does not know {what}, who did it"), "person"),
        Flag("inactive_actor", marked("flag", "{what}, who did it, did not work here any more"), "person"),
        Flag("misplaced_actor", marked("flag", "{what}, who did it, does not work at this shop"), "person"),
        Flag("unknown_approver", marked("flag", "The shop does not know {what}, who approved it"), "person"),
        Flag(
            "inactive_approver",
            marked("flag", "{what}, who approved it, did not work here any more"),
            "person",
        ),
        Flag(
            "misplaced_approver",
            marked("flag", "{what}, who approved it, does not work at this shop"),
            "person",
        ),
        Flag("not_approved", marked("flag", "Nobody who may approved it: {what}"), "right"),
        Flag("not_permitted", marked("flag", "Whoever approved it may not: {what}"), "right"),
        Flag("over_approval", marked("flag", "It went further than was approved: {what}"), "right"),
        Flag("unknown_product", marked("flag", "The catalogue did not know {what}"), "product"),
        Flag("deleted_product", marked("flag", "{what} was deleted from the catalogue"), "product"),
        Flag(
            "unit_mismatch",
            marked(
                "flag", "{what} was sold by another unit than it has. Its stock was not changed: count it"
            ),
            "product",
        ),
        Flag("near_count", marked("flag", "{what} was being counted: check that count"), "product"),
        Flag("text_cleaned", marked("flag", "A text in it had letters that nobody sees: they were left out")),
        Flag(
            "stock_not_moved",
            marked("flag", "Too much of {what} for any stock: it was left as it is"),
            "product",
        ),
        Flag("unknown_method", marked("flag", "The server does not know this way of paying: {what}")),
        Flag("refund_beyond_sale", marked("flag", "More went back of receipt {what} than was paid for it")),
        Flag("unknown_reference", marked("flag", "The server does not have receipt {what}")),
        Flag("no_sale_refunded", marked("flag", "What went back was no sale: {what}")),
        Flag("voided_twice", marked("flag", "{what} was voided more than once")),
        Flag("no_lines", marked("flag", "It has no lines")),
        Flag("no_quantity", marked("flag", "The quantity of line {what} is zero or less")),
        Flag("too_many", marked("flag", "The quantity of line {what} is too large to be true")),
        Flag(
            "wrong_line_total",
            marked("flag", "The total of line {what} is not its quantity at its price, less its discount"),
        ),
        Flag("wrong_tax", marked("flag", "The tax of line {what} does not fit its rate")),
        Flag("wrong_tax_rate", marked("flag", "Line {what} was not taxed at the rate of that day")),
        Flag("odd_tax_rate", marked("flag", "The tax of line {what} is more than 100 %")),
        Flag("wrong_total", marked("flag", "Its lines come to {what}, not to its total"), "amount"),
        Flag(
            "wrong_tax_total",
            marked("flag", "The tax of its lines comes to {what}, not to its tax"),
            "amount",
        ),
        Flag("not_paid", marked("flag", "It has no payment")),
        Flag("wrong_payment", marked("flag", "{what} was paid, which is not its total"), "amount"),
        Flag("odd_rounding", marked("flag", "It was rounded by {what}, more than cash is rounded"), "amount"),
        Flag("odd_change", marked("flag", "The change of payment {what} cannot be")),
        Flag("negative_amount", marked("flag", "An amount is below zero: {what}"), "amount"),
        Flag("too_much_money", marked("flag", "An amount is too large to be true: {what}"), "amount"),
        Flag("wrong_currency", marked("flag", "It is in {what}, which is not the shop's currency")),
        Flag("odd_number", marked("flag", "Its receipt number is not one that a till gives: {what}")),
        Flag("wrong_series", marked("flag", "Its receipt number is of another till: {what}")),
        Flag("number_used_twice", marked("flag", "Receipt number {what} was used more than once")),
        Flag("unknown_shift", marked("flag", "The server does not have its shift")),
        Flag("wrong_shift", marked("flag", "Its shift is another till's")),
        Flag("closed_shift", marked("flag", "Its shift had been closed before")),
        Flag("from_the_future", marked("flag", "It says that it happened on {what}, which is still to come")),
        Flag("too_early", marked("flag", "It says that it happened on {what}, before this till was there")),
    ),
    unknown=lambda code: Flag(code, code),
)


def flag_of(code: str) -> Flag:
    """The flag of a code; an unknown code is shown as it is."""
    return FLAGS.of(code)
