"""Notices at this till: the till's own, and a manager's to the shop.

They are plain text. Unread notices are shown in turn until a person marks them as read; the reader of a
manager's notice is reported to the server.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.services.sync.agent_words import notice_in_words
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.store import notices
from sync_agent.store.database import Transaction
from sync_agent.store.device import read_device
from sync_agent.store.notices import NoticeView, ShopNotice


@dataclass(frozen=True)
class NoticeLine:
    """A notice as shown. `at_ms` is by the till's clock; `sender` is "" for the till's own."""

    words: str
    sender: str
    at_ms: int
    is_read: bool
    of_till: int | None = None
    """The number of a notice of the till's own."""
    of_shop: str | None = None
    """The id of a manager's notice."""

    @property
    def needs_a_name(self) -> bool:
        """Whether the reader is reported to the server."""
        return self.of_shop is not None


def unread(till: Till) -> list[NoticeLine]:
    """Notices unread here: the till's own, then the shop's, oldest first within both."""
    own, shops = _all(till)
    return [*own, *(line for line in reversed(shops) if not line.is_read)]


def listed(till: Till) -> list[NoticeLine]:
    """Notices that have not ended: the till's own unread ones and the shop's, newest first."""
    own, shops = _all(till)
    return [*reversed(own), *shops]


async def mark_read(till: Till, line: NoticeLine, actor: Actor | None) -> None:
    """Mark it as read by `actor`. A manager's notice stays unread where nobody is signed in."""

    def write(tx: Transaction) -> None:
        if line.of_till is not None:
            notices.mark_read(tx, line.of_till)
        elif line.of_shop is not None and actor is not None:
            notices.mark_shop_notice_read(tx, line.of_shop, actor.id)

    await till.store.write(write)


def _all(till: Till) -> tuple[Sequence[NoticeLine], Sequence[NoticeLine]]:
    with till.store.reading() as connection:
        device = read_device(connection)
        offset_ms = 0 if device is None else device.clock_offset_ms
        own = [_of_till(view) for view in notices.unread(connection)]
        shops = notices.of_shop(connection, till.clock.now_ms() + offset_ms)
    return own, [_of_shop(notice, offset_ms) for notice in shops]


def _of_till(view: NoticeView) -> NoticeLine:
    words = notice_in_words(view.kind, view.figures, view.message)
    return NoticeLine(words, "", view.at_ms, is_read=False, of_till=view.id)


def _of_shop(notice: ShopNotice, offset_ms: int) -> NoticeLine:
    return NoticeLine(
        notice.text or _type_in_words(notice.type),
        notice.sender_name,
        notice.sent_ms - offset_ms,
        is_read=notice.read_ms is not None,
        of_shop=notice.id,
    )


def _type_in_words(name: str) -> str:
    """The subject of a notice without text; an unknown type is shown by its name."""
    words = {
        "announcement": translate("notices", "An announcement without words"),
        "maintenance": translate("notices", "Maintenance is planned"),
        "price_change": translate("notices", "Prices have changed"),
        "inventory_update": translate("notices", "Stock was updated"),
    }
    return words.get(name, name)
