"""This till's own settings: appearance and language, sounds, lock, printer, quick keys.

What the shop sets for all its tills is in app/services/shop_settings.py.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from app.domain.errors import BadQuantity, TooManyQuickKeys
from app.domain.rights import Right
from app.services import journal
from app.services.approvals import authorise
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.store import tables as t
from sync_agent.store.database import Topic, Transaction
from sync_agent.store.projection.aliases import real_product, real_products

LOCK_AFTER_MIN_MAX = 24 * 60

PrinterKind = Literal["none", "network", "usb", "file"]


@dataclass(frozen=True)
class Preferences:
    """Money in minor units. Empty `language` and `theme` follow the operating system."""

    theme: str = ""
    language: str = ""
    sounds: bool = True
    printer: PrinterKind = "none"
    printer_address: str = ""
    """Host and port of a network printer, vendor:product of a USB printer, or the path of a file."""
    paper_columns: int = 42
    print_receipts: bool = False
    """Print each receipt without being asked."""
    lock_after_min: int = 0
    """Lock the till after so many minutes without input; 0: never."""
    quick_keys: tuple[str, ...] = ()
    """Product ids, in their order on the keys."""


QUICK_KEYS_MAX = 12

_LOOKS = frozenset({"theme", "language", "sounds"})
"""Settings that need no right: they do not affect money."""


def read(till: Till) -> Preferences:
    """The settings of this till."""
    with till.store.reading() as connection:
        return read_from(connection)


def read_from(connection: Connection) -> Preferences:
    """The stored settings over the defaults. A value that this release cannot read is ignored."""
    known = {field.name: field for field in fields(Preferences)}
    chosen: dict[str, Any] = {}
    for row in connection.execute(select(t.preference)):
        default = known[row.name].default if row.name in known else None
        value = orjson.loads(row.value)
        if isinstance(value, list):
            value = tuple(value)
        if default is not None and isinstance(value, type(default)):
            chosen[row.name] = value
    if "quick_keys" in chosen:
        # An article that was made twice has one key.
        chosen["quick_keys"] = tuple(dict.fromkeys(real_products(connection, chosen["quick_keys"]).values()))
    return replace(Preferences(), **chosen)


def check_lock(minutes: int) -> int:
    """The minutes themselves after which a till asks for a PIN; 0: never. Raises BadQuantity."""
    if not 0 <= minutes <= LOCK_AFTER_MIN_MAX:
        words = translate("errors", "Type a number of minutes from 0 to {most}.")
        raise BadQuantity(words.format(most=LOCK_AFTER_MIN_MAX))
    return minutes


async def change(
    till: Till, actor: Actor, *, approved_by: Actor | None = None, **changed: Any
) -> Preferences:
    """Change settings by name; the settings after it. All but a till's looks need a right: NotPermitted."""
    if not _LOOKS.issuperset(changed):
        authorise(actor, approved_by, Right.CHANGE_SETTINGS)
    after = replace(read(till), **changed)

    def write(tx: Transaction) -> None:
        values = {name: value for name, value in asdict(after).items() if name in changed}
        for name, value in values.items():
            row = {"name": name, "value": orjson.dumps(value).decode()}
            statement = insert(t.preference).values(row)
            tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
        if not _LOOKS.issuperset(changed):
            journal.note(
                tx,
                "settings",
                actor.id,
                approved_by_id=approved_by.id if approved_by else None,
                changed=sorted(changed),
            )
        tx.touch(Topic.PREFERENCES)

    await till.store.write(write)
    return after


# --- quick keys: no right is needed ------------------------------------------------------------------


async def toggle_quick_key(till: Till, product_id: str) -> None:
    """Add a quick key for a product at the end, or remove it. Raises TooManyQuickKeys."""

    def arrange(before: list[str], its: str) -> list[str]:
        others = [key for key in before if key != its]
        return others if its in before else [*others, its]

    await _arrange_quick_keys(till, product_id, arrange)


async def put_quick_key_first(till: Till, product_id: str) -> None:
    """Move or add a product's key to the front. Raises TooManyQuickKeys where there is no room to add it."""
    await _arrange_quick_keys(
        till, product_id, lambda before, its: [its, *(key for key in before if key != its)]
    )


def has_quick_key(till: Till, product_id: str) -> bool:
    """Whether there is a quick key for the product that an id counts on."""
    with till.store.reading() as connection:
        return real_product(connection, product_id) in read_from(connection).quick_keys


async def _arrange_quick_keys(
    till: Till, product_id: str, arrange: Callable[[list[str], str], list[str]]
) -> None:
    """Read, rearrange and write in one transaction, so that of two changes in a row neither is lost."""

    def write(tx: Transaction) -> None:
        its = real_product(tx.connection, product_id)
        keys = arrange(list(read_from(tx.connection).quick_keys), its)
        if len(keys) > QUICK_KEYS_MAX:
            raise TooManyQuickKeys(QUICK_KEYS_MAX)
        row = {"name": "quick_keys", "value": orjson.dumps(keys).decode()}
        statement = insert(t.preference).values(row)
        tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=row))
        tx.touch(Topic.PREFERENCES)

    await till.store.write(write)
