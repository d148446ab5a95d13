"""Stock and catalogue rows as they travel in changes, snapshots and answers."""

from enum import StrEnum
from typing import Annotated, Literal

from sync_agent.contract.tax_rates import RateKey
from sync_agent.contract.tolerance import Open
from sync_agent.contract.wire import (
    ArticleNumber,
    Barcode,
    Decimals,
    Id,
    LongText,
    MoneyMinor,
    OnHand,
    RatePpm,
    Sequence,
    ShortText,
    UtcTime,
    Version,
    Wire,
    in_vocabulary,
)


class MovementReason(StrEnum):
    SALE = "sale"
    REFUND = "refund"
    RECEIVE = "receive"
    WASTE = "waste"
    FOUND = "found"
    CORRECTION = "correction"
    COUNT = "count"
    TRANSFER_IN = "transfer_in"
    TRANSFER_OUT = "transfer_out"


class StockMovement(Wire):
    """One signed change of one product's stock at one location.

    An operation makes one for each product and location, and a `correction` that cancels it if a count had
    included it already. `id` is the key.
    """

    id: Id
    product_id: Id
    """The product whose stock it changes."""
    sold_as: Id | None = None
    """The id that its operation named, if that is an alias of the product."""
    location_id: Id
    delta: OnHand
    reason: Annotated[str, in_vocabulary("movementReasons")]
    note: LongText | None = None
    reference: ShortText | None = None
    operation_id: str
    actor_id: str
    device_id: str | None = None
    occurred_at: UtcTime
    received_at: UtcTime
    stream: str
    seq: Sequence


class StockLevel(Wire):
    """Quantity on hand: the sum of the movements at that location; its version is their number."""

    product_id: Id
    location_id: Id
    quantity: OnHand
    version: Version
    updated_at: UtcTime


class StockLevelRow(StockLevel):
    """A stock level as a change carries it, with the movement that changed it last."""

    movement: StockMovement | None = None


class OversoldRow(Wire):
    """A product whose stock at one location is below zero; `open` until it is zero or more, or counted."""

    product_id: Id
    location_id: Id
    quantity: OnHand
    since: UtcTime
    open: bool
    version: Version


STOCK_FLAG = "stock_flag"


class StockFlagRow(Wire):
    """What looks odd about a product's stock at one location; without `flags` nothing does any more."""

    product_id: Id
    location_id: Id
    flags: tuple[str, ...] = ()
    actor_id: str
    """Who moved or counted it last."""
    since: UtcTime
    version: Version


class ProductRow(Wire):
    """A product as the tenant's stream carries it."""

    id: Id
    name: ShortText
    barcode: Barcode | None = None
    sku: ArticleNumber | None = None
    price_minor: MoneyMinor | None = None
    """None: the product has no price yet, and cannot be sold."""
    tax_rate_ppm: RatePpm = 0
    tax_name: RateKey | None = None
    """The key of the named rate that the product has; `tax_rate_ppm` is its figure of today."""
    unit: Annotated[str, in_vocabulary("units")] = "each"
    unit_decimals: Decimals | None = None
    """How many decimals a quantity in that unit has: 3 for a kilogram. A till sells a product in a unit that
    it does not know only if this is given.
    """
    deleted: bool = False
    version: Version


class LocationRow(Wire):
    id: Id
    name: ShortText
    time_zone: str
    version: Version


class UserRow(Wire):
    """A person as enrolled tills know them; the verifier lets a till check their PIN offline."""

    id: Id
    username: ShortText
    name: ShortText
    role: Open[Literal["clerk", "manager", "admin"]]
    locations: list[str]
    pin_verifier: str | None = None
    """Argon2id over the HMAC-SHA-256 of the PIN under the tenant's pepper (`identity.pin_material`)."""
    disabled: bool = False
    version: Version


class StockElsewhere(Wire):
    """The answer to GET /api/v1/stock/{productId}."""

    levels: list[StockLevel]
