"""Reading is tolerant, writing is strict: an older program outlives a newer one on the other side.

The rule for every vocabulary of the contract (a Literal or a StrEnum):

- **What one side sends as information** is read as `Open[…]`: rows of streams, snapshots, conflicts, events,
  results, and whatever a server reads back from its own store. A word that this release does not know stays
  text; it is stored and shown as it is, and stops nothing.
- **What a client asks for** stays strict: the data of operations, sign-in, accounts, broadcasts, decisions,
  and `Operation.operation` itself. A server cannot apply what it does not know, and refuses it.
- **The words of a shop** (movement reasons, payment methods, kinds of transaction, units) are text in the
  contract, on both ways: each side has its own table of them, and the contract marks the fields
  (`wire.in_vocabulary`). A reason and a method decide nothing at the server, so it takes those of a newer
  till as well; a kind and a unit decide sums and decimals, so it takes only those of its table.
- **Where a word decides what happens next**, the reader has an answer for the unknown one, and never a guess
  about stock or money: an unknown kind of transaction is in no sum, an unknown role has no rights, a unit
  without its decimals is not sold, a result of an unknown status counts as applied or needs attention, as its
  `success` says.

Error codes (`ErrorBody.code`, `OperationResult.code`), flags and anomalies are plain text already. Fields
that are not known are ignored by all models (`Wire`); resource types and events that are not known are
skipped, and read once a later release of the till knows them (`sync_agent.store.replica.read_with`).
"""

from typing import Annotated, TypeVar

from pydantic import Field

TOLERANT = "tolerant"
"""The feature of a client that reads words, resource types and events that it does not know."""

_FEATURES_MAX = 50
_Known = TypeVar("_Known")

Open = Annotated[_Known | str, Field(union_mode="left_to_right")]
"""A word of a vocabulary as read: the vocabulary's member, or the text of an unknown word."""

Features = Annotated[tuple[str, ...], Field(max_length=_FEATURES_MAX)]
"""A client's features; a server ignores words that it does not know."""
