"""The base class of wire objects, and the scalar types that they are built from."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel
from pydantic.fields import FieldInfo

from sync_agent.contract import text

PROTOCOL_VERSION = 1
"""Raised by any change that is not additive; receivers ignore fields that they do not know."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECENT_TIMES = 1024
"""How many formatted times are cached: the lines of a sale, and the effects of a batch, share theirs."""

LEVELS_MAX = 100
"""How deep a message may be nested: JSON writers stop at a few hundred levels, and envelopes add some."""

AMOUNT_MAX = 10**12
"""The largest absolute value of a quantity or amount of money in one wire field."""


def _to_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("this moment lies beyond the calendar") from error


@lru_cache(_RECENT_TIMES)
def format_time(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds, as every time on the wire is written."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_ms(moment: datetime) -> int:
    """Whole milliseconds since the Unix epoch, as both databases store a time; `format_time` cuts off too."""
    since = moment - _EPOCH
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


_FIRST_MS, _LAST_MS = to_ms(datetime.min.replace(tzinfo=UTC)), to_ms(datetime.max.replace(tzinfo=UTC))
_ZONE_MAX = timedelta(days=1)
"""No zone's clock is further from UTC than this."""


@lru_cache(_RECENT_TIMES)
def from_ms(moment_ms: int) -> datetime:
    """The inverse of `to_ms`; the calendar's first or last moment for what lies beyond it.

    A clock, and the offset that was measured of it, may say anything.
    """
    return _EPOCH + timedelta(milliseconds=max(_FIRST_MS, min(moment_ms, _LAST_MS)))


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """A moment by the calendar of a zone; at the ends of the calendar a day off rather than an error."""
    return max(_EARLIEST, min(moment, _LATEST)).astimezone(zone)


_EARLIEST, _LATEST = from_ms(_FIRST_MS) + _ZONE_MAX, from_ms(_LAST_MS) - _ZONE_MAX


Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+$")]
"""A UUID as tills make it, or a short plain word of another client."""

Code = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
"""A word of a vocabulary (movement reasons, payment methods …), known or not."""

ShortText = Annotated[str, Field(max_length=200), AfterValidator(text.one_line)]
"""A text of one line, judged by `sync_agent.contract.text` as all others here."""
PlainText = Annotated[str, AfterValidator(text.one_line)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(text.one_line)]
LongText = Annotated[str, Field(max_length=2000), AfterValidator(text.in_lines)]
"""A text that may have several lines."""
Barcode = Annotated[str, Field(max_length=32), AfterValidator(text.one_line)]
ArticleNumber = Annotated[str, Field(max_length=64), AfterValidator(text.one_line)]
ReceiptNumber = Annotated[str, Field(max_length=40), AfterValidator(text.one_line)]
ReceiptReference = Annotated[str, Field(max_length=64), AfterValidator(text.one_line)]
Word = Annotated[str, Field(max_length=40), AfterValidator(text.one_line)]
"""A word of another release or of another vocabulary, shown as it is where it is unknown."""
Hash = Annotated[str, Field(max_length=64), AfterValidator(text.one_line)]
Tree = Annotated[Any, AfterValidator(text.in_tree)]
Fields = Annotated[dict[str, Any], AfterValidator(text.in_tree)]
"""A JSON object whose fields another model reads, or no one but people."""
Quantity = Annotated[int, Field(strict=True, ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
"""In the product's unit; thousandths where it is sold by weight."""
OnHand = Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)]
"""A quantity that the server sums up, and a step of it: no single quantity is as large, a sum may be."""
MoneyMinor = Annotated[int, Field(strict=True, ge=-AMOUNT_MAX, le=AMOUNT_MAX)]
"""In the currency's minor unit."""
RatePpm = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
"""A tax rate in parts per million: 200_000 is 20 %."""
Decimals = Annotated[int, Field(strict=True, ge=0, le=6)]
"""The decimals of a unit: a quantity is a whole number of the unit's smallest part."""
Version = Annotated[int, Field(strict=True, ge=0, le=2**53)]
Sequence = Annotated[int, Field(strict=True, ge=0, le=2**53)]
WireInt = Annotated[int, Field(strict=True, ge=-(2**53), le=2**53)]
"""Any other whole number, in the range that JSON of every language carries exactly."""
UtcTime = Annotated[
    datetime, AfterValidator(_to_utc), PlainSerializer(format_time, return_type=str, when_used="json")
]


VOCABULARY = "x-vocabulary"
"""The schema keyword that names the vocabulary of a `Code`."""


def in_vocabulary(name: str) -> FieldInfo:
    """Names the vocabulary of a `Code`: the generated documents list its words that the server knows."""
    field: FieldInfo = Field(json_schema_extra={VOCABULARY: name})
    return field


class Wire(BaseModel):
    """A frozen wire object: camelCase on the wire, snake_case in Python, unknown fields ignored."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        populate_by_name=True,
        serialize_by_alias=True,
    )

    def to_wire(self) -> dict[str, Any]:
        """Plain JSON types under wire names; fields that are None are left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


def canonical_json(value: object) -> bytes:
    """Canonical JSON (keys sorted, no spaces), for hashing."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def is_too_deep(value: object) -> bool:
    """Whether a JSON value is nested beyond `LEVELS_MAX`."""
    written = _written(value)
    if written is not None and written.count(b"{") + written.count(b"[") <= LEVELS_MAX:
        return False
    pending = [(value, 1)]
    while pending:
        node, level = pending.pop()
        if isinstance(node, dict | list):
            if level > LEVELS_MAX:
                return True
            pending.extend(
                (inner, level + 1) for inner in (node.values() if isinstance(node, dict) else node)
            )
    return False


def has_nul(value: object) -> bool:
    """Whether a NUL character is in any text of a JSON value; not every database can store it."""
    written = _written(value)
    if written is not None and b"\\u0000" not in written:
        return False
    pending = [value]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            if "\x00" in node:
                return True
        elif isinstance(node, dict):
            pending.extend(node)
            pending.extend(node.values())
        elif isinstance(node, list):
            pending.extend(node)
    return False


def _written(value: object) -> bytes | None:
    """The value as JSON, which is much faster to search than the value; None if it is not JSON."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return None
