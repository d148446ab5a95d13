"""Till and server have their own tables of the same words, and the tables agree."""

from collections.abc import Callable
from typing import Any, get_args

import pytest

from app.domain.rights import Right, may
from app.domain.vocabulary import Table, movement_reasons, payment_methods, roles, transaction_kinds, units
from app.domain.vocabulary.flags import FLAGS
from app.domain.vocabulary.movement_reasons import MOVEMENT_REASONS, RESOLUTION, Sign
from app.domain.vocabulary.payment_methods import PAYMENT_METHODS
from app.domain.vocabulary.roles import ROLES
from app.domain.vocabulary.transaction_kinds import TRANSACTION_KINDS
from app.domain.vocabulary.units import UNITS
from server_stub import vocabulary
from server_stub.operations.flags.kinds import FLAG_KINDS
from sync_agent.contract.identity import PersonRole, Role, SignedInUser
from sync_agent.contract.operations import MovementData, Payment, ProductFields, TransactionData
from sync_agent.contract.stock import MovementReason, ProductRow, StockMovement
from sync_agent.contract.wire import VOCABULARY

SIGNS = {"+": Sign.ADDS, "−": Sign.TAKES, "±": Sign.EITHER}


def test_both_sides_know_the_same_reasons_and_which_way_each_goes() -> None:
    """A decision is no reason on the wire: it is a count there."""
    till = {row.code: row.sign for row in MOVEMENT_REASONS.all() if row.code != RESOLUTION}
    server = {
        code: Sign.SETS if not row.by_client else SIGNS[row.sign]
        for code, row in vocabulary.MOVEMENT_REASONS.items()
    }
    assert till == server


def test_both_sides_know_the_same_payment_methods() -> None:
    assert set(PAYMENT_METHODS.rows) == set(vocabulary.PAYMENT_METHODS)


def test_both_sides_know_the_same_kinds_of_transaction_and_what_each_does() -> None:
    till = {row.code: (row.stock, row.turnover) for row in TRANSACTION_KINDS.all()}
    server = {code: (row.stock, row.turnover) for code, row in vocabulary.TRANSACTION_KINDS.items()}
    assert till == server


def test_both_sides_know_the_same_flags() -> None:
    assert set(FLAGS.rows) == set(FLAG_KINDS)


def test_both_sides_know_the_same_units_and_their_decimals() -> None:
    till = {row.code: row.decimals for row in UNITS.all()}
    assert till == {code: row.decimals for code, row in vocabulary.UNITS.items()}


def test_both_sides_know_the_same_roles_of_people_in_the_same_order() -> None:
    till = [row.code for row in sorted(ROLES.all(), key=lambda row: row.level)]
    assert [*till, "device"] == list(vocabulary.ROLES)


def test_an_account_can_be_given_each_role_and_no_other() -> None:
    assert set(get_args(PersonRole)) == set(ROLES.rows)
    assert set(get_args(Role)) == set(vocabulary.ROLES)


def test_every_vocabulary_that_the_contract_marks_is_listed_in_the_documents() -> None:
    marked = {
        (field.json_schema_extra or {}).get(VOCABULARY)
        for model in (
            MovementData,
            Payment,
            TransactionData,
            ProductFields,
            StockMovement,
            ProductRow,
            SignedInUser,
        )
        for field in model.model_fields.values()
        if isinstance(field.json_schema_extra, dict)
    }
    assert marked == set(vocabulary.LISTED)


def test_every_reason_that_the_contract_names_is_in_the_tables() -> None:
    assert {reason.value for reason in MovementReason} <= set(vocabulary.MOVEMENT_REASONS)


def test_a_kind_that_moves_stock_names_a_reason_of_that_direction() -> None:
    for kind in vocabulary.TRANSACTION_KINDS.values():
        if kind.stock:
            assert vocabulary.MOVEMENT_REASONS[kind.reason].sign == {1: "+", -1: "−"}[kind.stock]
        else:
            assert not kind.reason


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (MOVEMENT_REASONS, lambda code: movement_reasons.reason_of(code).in_list()),
        (MOVEMENT_REASONS, lambda code: movement_reasons.reason_of(code).done(-1)),
        (PAYMENT_METHODS, lambda code: str(payment_methods.method_of(code).name)),
        (TRANSACTION_KINDS, lambda code: str(transaction_kinds.kind_of(code).name)),
        (UNITS, lambda code: str(units.unit_of(code).written).format(figure="").strip()),
        (ROLES, lambda code: str(roles.role_of(code).name)),
    ],
)
def test_a_word_of_a_newer_program_is_shown_as_it_is_called(
    table: Table[Any], said: Callable[[str], str]
) -> None:
    assert not table.knows("sent_to_the_moon")
    assert said("sent_to_the_moon") == "sent_to_the_moon"


def test_a_word_of_a_newer_program_does_nothing_and_permits_nothing() -> None:
    kind = transaction_kinds.kind_of("swap")
    assert (kind.stock, kind.turnover, kind.drawer, kind.is_known) == (0, 0, 0, False)
    assert not payment_methods.is_cash("shells")
    assert not may("emperor", Right.COUNT_STOCK)
    assert units.unit_of("ell").decimals is None
    assert units.unit_of("ell|2").decimals == 2
    assert movement_reasons.reason_of("moth") not in movement_reasons.offered()
