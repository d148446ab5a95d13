"""Reading is tolerant, writing is strict: an older program outlives a newer one on the other side.

The rule for every vocabulary of the contract (a Literal or a StrEnum):

- **What one side tells the other** is read as `Open[…]`: rows of streams, snapshots, conflicts, events,
  results, and whatever a server reads back from its own store. A word that this release does not know stays
  the text that it is; it is kept, shown as it is called, and stops nothing.
- **What a client asks for** stays strict: the data of operations, sign-in, accounts, broadcasts, decisions,
  and `Operation.operation` itself. A server cannot carry out what it does not know, and says so to whoever
  asked.
- **The words of a shop** (movement reasons, payment methods, kinds of transaction, units) are text in the
  contract, on both ways: each side has its own table of them, and the contract marks the fields
  (`wire.in_vocabulary`). A reason and a method decide nothing at the server, so it takes those of a newer
  till as well; a kind and a unit decide sums and decimals, so it takes only those of its table.
- **Where a word decides what happens next**, the reader has an answer for the unknown one, and never a guess
  about stock or money: an unknown kind of transaction is in no sum, an unknown role has no rights, a unit
  without its decimals is not sold, a result of an unknown status is done or stands before a person, as its
  `success` says.

Error codes (`ErrorBody.code`, `OperationResult.code`), flags and anomalies are plain text already. Fields
that are not known are ignored by all models (`Wire`); resource types and events that are not known are
passed over, and come back when a till learns to read them (`sync_agent.store.reader`).
"""

from typing import Annotated, TypeVar

from pydantic import Field

TOLERANT = "tolerant"
"""The feature of a client that reads words, resource types and events that it does not know."""

_FEATURES_MAX = 50
_Known = TypeVar("_Known")

Open = Annotated[_Known | str, Field(union_mode="left_to_right")]
"""A word of a vocabulary as it is read: the vocabulary's own member, or the text of one that is not known."""

Features = Annotated[tuple[str, ...], Field(max_length=_FEATURES_MAX)]
"""What a client can do besides; words that a server does not know are ignored."""
