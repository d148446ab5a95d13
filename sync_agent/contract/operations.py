"""Operations (a till's requests to the server), their data by resource, and their results."""

import hashlib
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from sync_agent.contract.conflicts import Conflict
from sync_agent.contract.tax_rates import RateKey, RateKeyOrNone
from sync_agent.contract.tolerance import Open
from sync_agent.contract.wire import (
    ArticleNumber,
    Barcode,
    Code,
    Decimals,
    Hash,
    Id,
    LongText,
    MoneyMinor,
    OnHand,
    PlainText,
    Quantity,
    RatePpm,
    ReceiptNumber,
    ReceiptReference,
    Sequence,
    ShortText,
    UtcTime,
    Version,
    Wire,
    WireInt,
    Word,
    canonical_json,
    in_vocabulary,
)

Verb = Literal["create", "update", "delete"]

STOCK_LEVEL = "stock_level"
TRANSACTION = "transaction"
PRODUCT = "product"
CONFLICT = "conflict"
STOCK_TRANSFER = "stock_transfer"
SHIFT = "shift"

OPERATION_SCHEMA = 1
"""The form of operation data that this release writes; the server upcasts older forms."""

OPERATION_SCHEMAS_READ = frozenset({1})
"""The forms that this release's server accepts, and so those that a till of this release may send."""

SHIFT_OPERATIONS_MAX = 10_000_000
"""More numbers than a drawer sees between opening and cashing up."""

SHIFT_OPERATIONS_OF_OLDER_SERVERS = 20_000
"""The same for a server that does not name its own (`JoinedStreams.shift_operations`)."""

SKIPPED_RANGES_MAX = 5000
"""More than a till has repairs, or runs of discarded operations, in one shift."""


APPROVALS_MAX = 5000
"""As many as a sale has lines."""


class Approval(Wire):
    """A manager's approval of one thing in an operation: who gave which right, for what, up to how much, and
    when.

    `of` names what it was given for: `line:` and the number of a till transaction's line, counted from 1, or
    nothing for the operation as a whole. `at_most` bounds it: minor units that a
    discount, a refund or a payment may come to, or the distance of a price from the catalogue's.
    """

    right: Word
    approver: Id
    of: ReceiptReference | None = None
    at_most: MoneyMinor | None = None
    at: UtcTime


class Operation(Wire):
    """One request of a till. `id` is its idempotency key; its content never changes.

    The first six fields are enough for a simple client. `clock_offset_ms` is what the till last
    measured (server minus till): times in the operation are the till's own and are corrected by it.

    `tenant_seq` is the till's cursor in the tenant's stream, which has the people, when it was made.
    `former_result` is set when it is resent: it was accepted before the server was restored from an older
    backup. `carried_for` names the operation's till if another till forwards it.
    """

    id: Id
    operation: Verb
    resource_type: str = Field(max_length=40)
    resource_id: Id | None = None
    data: dict[str, Any]
    timestamp: UtcTime
    location_id: Id | None = None
    version: Version | None = None
    actor_id: Id | None = None
    approved_by_id: Id | None = None
    approvals: tuple[Approval, ...] | None = Field(default=None, max_length=APPROVALS_MAX)
    device_seq: Sequence | None = None
    prev_hash: Hash | None = None
    replaces: Id | None = None
    schema_: WireInt | None = Field(default=None, alias="schema")
    clock_offset_ms: WireInt | None = None
    tenant_seq: Sequence | None = None
    former_result: dict[str, Any] | None = None
    carried_for: Id | None = None


def content_hash(operation: str, resource_type: str, resource_id: str | None, data: object) -> str:
    """Hex SHA-256 of an operation's content; the same id with another content hash is refused."""
    return hashlib.sha256(canonical_json([operation, resource_type, resource_id, data])).hexdigest()


def chain_hash(prev_hash: str, operation_id: str, device_seq: int, content: str) -> str:
    """Hex SHA-256 over an operation's content and the previous hash of its device; the first has
    "" before it.
    """
    return hashlib.sha256(canonical_json([prev_hash, operation_id, device_seq, content])).hexdigest()


class MovementData(Wire):
    """`stock_level` update as a delta."""

    delta: Quantity
    reason: Annotated[Code, in_vocabulary("clientMovementReasons")]
    note: LongText | None = None
    reference: ShortText | None = None
    occurred_at: UtcTime | None = None
    product_id: Id | None = None
    location_id: Id | None = None


class CountData(Wire):
    """`stock_level` update as an absolute count."""

    new_quantity: Quantity
    previous_quantity: OnHand | None = None
    counted_at: UtcTime | None = None
    note: LongText | None = None
    product_id: Id | None = None
    location_id: Id | None = None


LineNumber = Annotated[WireInt, Field(ge=1, le=5000)]


class TransactionLine(Wire):
    """Quantities and amounts are positive for a sale and for a refund alike; the kind gives the direction."""

    product_id: Id
    description: ShortText
    quantity: Quantity
    unit_price_minor: MoneyMinor
    discount_minor: MoneyMinor = 0
    tax_rate_ppm: RatePpm = 0
    tax_name: RateKey | None = None
    """The key of the named tax rate that the product had."""
    tax_minor: MoneyMinor = 0
    total_minor: MoneyMinor
    list_price_minor: MoneyMinor | None = None
    """The catalogue's price, if another price was charged."""
    reason: ShortText | None = None
    """The reason of another price, or of a discount."""
    of_line: LineNumber | None = None
    """In a refund or void: the number of the sale's line that goes back, counted from 1."""
    unit: Annotated[Word, in_vocabulary("units")] | None = None
    """The product's unit when it was sold, in which the quantity is; None: from a till that did not send it.
    Like the description and the codes, it does not change when the product does.
    """
    unit_decimals: Decimals | None = None
    """The decimals of a unit that its till knows only from a product's row."""
    barcode: Barcode | None = None
    sku: ArticleNumber | None = None


class _Paid(Wire):
    amount_minor: MoneyMinor
    change_minor: MoneyMinor | None = None
    reference: ShortText | None = None


class Payment(_Paid):
    method: Annotated[Code, in_vocabulary("paymentMethods")]


class PaymentRow(_Paid):
    """A payment as the location's stream carries it."""

    method: Annotated[str, in_vocabulary("paymentMethods")]


class _Transaction(Wire):
    """The fields that a till transaction has both as requested and as read."""

    receipt_number: ReceiptNumber
    refund_of: Id | None = None
    """In a refund or void: the id of the sale."""
    refers_to: ReceiptReference | None = None
    """The same sale's receipt number, which may stand more than once."""
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    lines: tuple[TransactionLine, ...] = Field(default=(), max_length=5000)
    total_minor: MoneyMinor
    tax_minor: MoneyMinor = 0
    tax_rounding: Code | None = None
    """Where tax was rounded: on each `line`, or once for each rate of the `receipt` and spread over lines."""
    rounding_minor: MoneyMinor = 0
    occurred_at: UtcTime
    shift_id: Id | None = None
    reason: ShortText | None = None
    """The reason of a refund, a void, money paid in or out, or a drawer opened without a sale."""


class TransactionData(_Transaction):
    """`transaction` create: a whole sale; its stock movements follow from its lines."""

    kind: Annotated[Code, in_vocabulary("transactionKinds")]
    payments: tuple[Payment, ...] = Field(default=(), max_length=50)


class TransactionRow(_Transaction):
    """A till transaction as the location's stream carries it, with the server's flags."""

    kind: Annotated[str, in_vocabulary("transactionKinds")]
    payments: tuple[PaymentRow, ...] = Field(default=(), max_length=50)
    id: Id
    actor_id: str
    device_id: str | None = None
    device_name: str | None = None
    """The name of the till that made it."""
    location_id: Id
    received_at: UtcTime
    flags: tuple[str, ...] = ()
    version: Version = 1
    """Rises when its flags change: they are judged again when what they depend on arrives."""


class TransferLine(Wire):
    product_id: Id
    quantity: Quantity = Field(gt=0)


class TransferData(Wire):
    """`stock_transfer` create: goods leave the operation's place and arrive at another, at once."""

    to_location_id: Id
    lines: tuple[TransferLine, ...] = Field(min_length=1, max_length=5000)
    occurred_at: UtcTime | None = None
    note: LongText | None = None
    location_id: Id | None = None


class SpentNumber(Wire):
    """A device number whose operation will never come (discarded or replaced), and that operation's hash."""

    device_seq: Sequence
    hash: Hash


class SkippedNumbers(Wire):
    """Device numbers, both ends included, that no operation has or will have: a repair skipped them, or they
    are spent and too many to be listed one by one.
    """

    from_: Sequence = Field(alias="from")
    to: Sequence


class Manifest(Wire):
    """What a till sent during a shift: the first and last operation number, so that a missing one shows.

    `count` is how many numbers those are, spent and skipped ones included; `total_minor` is the sum of its
    sales less its refunds and voids, in minor units. `last_hash` is the chain hash of the last operation.
    """

    count: Sequence
    first_device_seq: Sequence
    last_device_seq: Sequence
    last_hash: Hash
    total_minor: MoneyMinor
    spent: tuple[SpentNumber, ...] = Field(default=(), max_length=5000)
    skipped: tuple[SkippedNumbers, ...] | None = Field(default=None, max_length=SKIPPED_RANGES_MAX)
    """Ranges in order, none of which overlap."""

    @property
    def operations(self) -> int:
        """How many operations the till has made in it: the numbers less the skipped ones."""
        return self.count - sum(numbers.to - numbers.from_ + 1 for numbers in self.skipped or ())

    @model_validator(mode="after")
    def _adds_up(self) -> "Manifest":
        if self.count != self.last_device_seq - self.first_device_seq + 1:
            raise ValueError("count: not as many as the numbers from first to last")
        if self.count > SHIFT_OPERATIONS_MAX:
            raise ValueError(f"count: a shift has at most {SHIFT_OPERATIONS_MAX} operations")
        before = self.first_device_seq - 1
        for numbers in self.skipped or ():
            if not before < numbers.from_ <= numbers.to <= self.last_device_seq:
                raise ValueError("skipped: ranges in order, within the numbers from first to last")
            before = numbers.to
        return self


class ShiftOpen(Wire):
    """`shift` create: a till's drawer is opened with a float."""

    opened_at: UtcTime
    float_minor: MoneyMinor
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    location_id: Id | None = None


class ShiftClose(Wire):
    """`shift` update: the drawer is counted and cashed up; `totals` are by payment method, in minor units."""

    closed_at: UtcTime
    counted_minor: MoneyMinor
    expected_minor: MoneyMinor
    totals: dict[PlainText, MoneyMinor] = Field(default_factory=dict, max_length=50)
    note: LongText | None = None
    manifest: Manifest
    location_id: Id | None = None


class ShiftRow(Wire):
    """A shift as the location's stream carries it; `missing` empties as late operations arrive."""

    id: Id
    location_id: Id
    device_id: str | None = None
    status: Open[Literal["open", "closed"]]
    opened_by: str
    opened_at: UtcTime
    float_minor: MoneyMinor
    currency: str
    closed_by: str | None = None
    closed_at: UtcTime | None = None
    counted_minor: MoneyMinor | None = None
    expected_minor: MoneyMinor | None = None
    totals: dict[str, MoneyMinor] = Field(default_factory=dict)
    note: str | None = None
    operations: Sequence | None = None
    """How many operations the till says it sent."""
    received: Sequence | None = None
    spent: Sequence | None = None
    """How many of them the till discarded or replaced."""
    missing: tuple[Sequence, ...] = ()
    """The first 1,000 operation numbers that have not arrived."""
    flags: tuple[str, ...] = ()
    """Which figures differ from what the server received: `last_hash`, `total_minor`."""
    version: Version


class QuarantineRow(Wire):
    """A sale in quarantine, stored whole for a manager. Streams carry it without `payload`."""

    operation_id: str
    location_id: str | None = None
    device_id: str | None = None
    actor_id: str | None = None
    status: Open[Literal["open", "applied", "discarded"]]
    reason: str
    received_at: UtcTime
    decided_by: str | None = None
    decided_at: UtcTime | None = None
    note: str | None = None
    payload: dict[str, Any] | None = None
    version: Version


class DiscardRequest(Wire):
    """POST /api/v1/quarantine/{id}/discard: why an unreadable sale is discarded."""

    reason: Annotated[LongText, Field(min_length=1)]


class _ProductValues(Wire):
    name: ShortText | None = None
    barcode: Barcode | None = None
    sku: ArticleNumber | None = None
    price_minor: MoneyMinor | None = None
    tax_rate_ppm: RatePpm | None = None
    tax_name: RateKeyOrNone | None = None
    """The key of a named tax rate of the shop; `tax_rate_ppm` then is its figure of today."""


class ProductFields(_ProductValues):
    """What a product edit may set. An absent field is left unchanged (see `model_fields_set`)."""

    unit: Annotated[Code, in_vocabulary("units")] | None = None


class ProductValues(_ProductValues):
    """Former values of a product's fields, as far as they are given; unknown words stay as text."""

    unit: Annotated[str, in_vocabulary("units")] | None = None


class ProductCreate(ProductFields):
    name: ShortText

    @model_validator(mode="after")
    def _named(self) -> "ProductCreate":
        if not self.name.strip():
            raise ValueError("a product needs a name")
        return self


class ProductEdit(Wire):
    """`set` holds new values, `base` what each of them replaced when the edit was made."""

    set: ProductFields
    base: ProductValues


class ResultStatus(StrEnum):
    APPLIED = "applied"
    CONFLICT = "conflict"
    REJECTED = "rejected"
    QUARANTINED = "quarantined"
    BLOCKED = "blocked"
    DEFERRED = "deferred"


class Effect(Wire):
    """One change that an operation made: the till drops its overlay once its cursor has reached `seq`."""

    stream: str
    seq: Sequence
    resource_type: str
    resource_id: str
    version: Version


class OperationResult(Wire):
    """The result of one operation; given again, with `repeated`, whenever the same id comes again."""

    id: str
    success: bool
    status: Open[ResultStatus]
    repeated: bool | None = None
    effects: list[Effect] | None = None
    result: dict[str, Any] | None = None
    error: str | None = None
    code: str | None = None
    conflict: Conflict | None = None
    retry_after_ms: WireInt | None = None

    @property
    def means(self) -> ResultStatus:
        """The status that a client acts on. An unknown status counts as applied, rejected or deferred, as
        `success` and `retry_after_ms` say.
        """
        if isinstance(self.status, ResultStatus):
            return self.status
        if self.success:
            return ResultStatus.APPLIED
        return ResultStatus.REJECTED if self.retry_after_ms is None else ResultStatus.DEFERRED

    @property
    def word(self) -> str | None:
        """The reason in one word: its code, or an unknown status."""
        return self.code or (None if isinstance(self.status, ResultStatus) else self.status)


class QueueRequest(Wire):
    """POST …/offline-queue. Items stay raw here: each is parsed, and refused, on its own."""

    items: list[dict[str, Any]]


class QueueResults(Wire):
    results: list[OperationResult]
