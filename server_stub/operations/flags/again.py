"""Judges till transactions again once something has arrived that their flags depend on.

In the database transaction of the arrival: a transaction whose flags changed gets the next version and is
published anew. So flags end the same in whatever order things arrive.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, delete, or_, select, true, update

from server_stub.operations.context import OperationContext
from server_stub.operations.flags import stock
from server_stub.operations.flags.arrivals import Arrivals
from server_stub.operations.flags.case import CLOCK_SLACK_MS
from server_stub.operations.flags.evidence import Evidence, completed_of
from server_stub.operations.flags.judging import Flag, code_of, on_product, on_shift, on_transaction
from server_stub.operations.flags.kinds import is_judged_again
from server_stub.services.streams.transaction_rows import transaction_row
from server_stub.store import tables as t
from sync_agent.contract.operations import TRANSACTION
from sync_agent.contract.wire import to_ms

_AT_A_TIME = 500
_OF_BOUNDS = ("too_many", "too_much_money")
"""What a wider bound clears. A narrower one is for what comes from then on (`plausible.widest_since`)."""


def judge_again(context: OperationContext) -> None:
    """Judges again what depends on this transaction's arrivals. Call it when all of them are written.

    Raises StreamsBusy where another database transaction holds the stream of such a till transaction.
    """
    arrivals, context.arrivals = context.arrivals, Arrivals()
    if not arrivals:
        return
    stock.clear(context, context.all_names(arrivals.products))
    ids = sorted(_affected(context, arrivals))
    for start in range(0, len(ids), _AT_A_TIME):
        _judge(context, ids[start : start + _AT_A_TIME])


def _judge(context: OperationContext, ids: Sequence[str]) -> None:
    of = t.till_transaction.c
    here = of.tenant_id == context.tenant_id, of.id.in_(ids)
    places = set(context.unit.rows(select(of.location_id).where(*here).distinct()).scalars())
    context.lock_more(places)
    # Read under the lock: another transaction may have judged them meanwhile.
    rows = context.unit.rows(select(t.till_transaction).where(*here).order_by(of.id)).mappings().all()
    transactions = [completed_of(row) for row in rows]
    named = {line.product_id for one in transactions for line in one.data.lines}
    context.load_aliases(named)
    context.load_products(map(context.real_product, named))
    evidence = Evidence(context.unit, context)
    evidence.load(transactions)
    for row, transaction in zip(rows, transactions, strict=True):
        set_flags(context, dict(row), evidence.flags_of(transaction))


def set_flags(context: OperationContext, row: Mapping[str, Any], judged: Iterable[Flag]) -> None:
    """Gives a stored transaction the flags that it was judged to have, with those that it has for good.

    Publishes it with the next version, in its locked stream, if they are others than before.
    """
    found = {flag.written: flag for flag in judged}
    for_good = [flag for flag in row["flags"] if not is_judged_again(flag)]
    flags = [*found, *(flag for flag in for_good if flag not in found)]
    if flags == row["flags"]:
        return
    unit = context.unit
    new = {**row, "flags": flags, "version": row["version"] + 1}
    of = t.till_transaction.c
    unit.execute(
        update(t.till_transaction)
        .where(of.tenant_id == context.tenant_id, of.id == row["id"])
        .values(flags=flags, version=new["version"])
    )
    of_flag = t.transaction_flag.c
    unit.execute(
        delete(t.transaction_flag).where(
            of_flag.tenant_id == context.tenant_id, of_flag.transaction_id == row["id"]
        )
    )
    store_flags(context, row["id"], row["location_id"], flags, found)
    count_flags(context, before=row["flags"], after=flags)
    wire = transaction_row(new, context.device_name(row["device_id"])).to_wire()
    context.publish(row["location_id"], TRANSACTION, row["id"], new["version"], wire, None)


def store_flags(
    context: OperationContext,
    transaction_id: str,
    location_id: str,
    flags: Iterable[str],
    judged: Mapping[str, Flag],
) -> None:
    """Stores the flags of a transaction that has none stored, each with what it depends on."""
    for written in dict.fromkeys(flags):
        flag = judged.get(written)
        context.unit.insert(
            t.transaction_flag,
            {
                "tenant_id": context.tenant_id,
                "transaction_id": transaction_id,
                "flag": written,
                "code": code_of(written),
                "location_id": location_id,
                "depends_on": None if flag is None else flag.depends_on,
            },
        )


def count_flags(context: OperationContext, *, before: Iterable[str], after: Iterable[str]) -> None:
    """Counts flags that were set and that went away, for the metrics of the committed transaction."""
    old, new = set(before), set(after)
    for step, flags in (("set", new - old), ("gone", old - new)):
        for flag in flags:
            context.unit.flagged[code_of(flag), step] += 1


def _affected(context: OperationContext, arrivals: Arrivals) -> set[str]:
    """The ids of the stored transactions whose flags may change."""
    found = set(arrivals.unsettled)
    names = [
        *map(on_product, context.all_names(arrivals.products)),
        *map(on_shift, arrivals.shifts),
        *map(on_transaction, arrivals.transactions),
    ]
    of_flag = t.transaction_flag.c
    for page in _pages(sorted(names)):
        query = select(of_flag.transaction_id).where(
            of_flag.tenant_id == context.tenant_id, of_flag.depends_on.in_(page)
        )
        found.update(context.unit.rows(query).scalars())
    if arrivals.bounds:
        query = select(of_flag.transaction_id).where(
            of_flag.tenant_id == context.tenant_id, of_flag.code.in_(_OF_BOUNDS)
        )
        found.update(context.unit.rows(query).scalars())
    found |= _sold_in_a_closed_shift(context, arrivals.shifts)
    found |= _sold_at_named_rates(context, arrivals.tax_rates)
    found |= _sold_after_deletion(context, arrivals.products)
    return found


def _sold_in_a_closed_shift(context: OperationContext, shifts: Iterable[str]) -> set[str]:
    """Transactions of these shifts with a number after their shift's last."""
    of, shift = t.till_transaction.c, t.shift.c
    found: set[str] = set()
    for page in _pages(sorted(shifts)):
        query = (
            select(of.id)
            .join_from(
                t.till_transaction,
                t.shift,
                (shift.tenant_id == of.tenant_id) & (shift.id == of.shift_id),
            )
            .where(
                of.tenant_id == context.tenant_id,
                of.shift_id.in_(page),
                of.device_seq > shift.last_device_seq,
            )
        )
        found.update(context.unit.rows(query).scalars())
    return found


def _sold_at_named_rates(context: OperationContext, since: Mapping[str, date]) -> set[str]:
    """Transactions with a line of one of these named tax rates, as their content has it, from a day on."""
    of = t.till_transaction.c
    found: set[str] = set()
    for key, day in sorted(since.items()):
        written = cast(of.data, Text).contains(f'"taxName":"{key}"', autoescape=True)
        query = select(of.id).where(of.tenant_id == context.tenant_id, _is_from(day), written)
        found.update(context.unit.rows(query).scalars())
    return found


def _is_from(day: date) -> ColumnElement[bool]:
    """Whether a till transaction may be of that day or a later one, by the calendar of its place."""
    if day == date.min:
        return true()
    of = t.till_transaction.c
    since_ms = to_ms(datetime(day.year, day.month, day.day, tzinfo=UTC)) - CLOCK_SLACK_MS
    # A process of an earlier release writes no corrected time.
    return or_(of.corrected_ms >= since_ms, and_(of.corrected_ms == 0, of.occurred_ms >= since_ms))


def _sold_after_deletion(context: OperationContext, products: Iterable[str]) -> set[str]:
    """Transactions with a deleted product that happened after its deletion: found by their movements."""
    of = t.movement.c
    found: set[str] = set()
    for product_id in products:
        row = context.product(product_id)
        if row is None or not row["deleted"]:
            continue
        since_ms = context.evidence.deleted_ms(product_id)
        for place in sorted(context.locations()):
            query = select(of.operation_id).where(
                of.tenant_id == context.tenant_id,
                of.location_id == place,
                of.product_id == product_id,
                # Never after it was received, so up to the slack earlier than what the judge goes by.
                of.happened_ms >= since_ms - CLOCK_SLACK_MS,
            )
            found.update(context.unit.rows(query).scalars())
    return found


def _pages(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _AT_A_TIME] for start in range(0, len(names), _AT_A_TIME))
