"""What people have to read at this till: its own notices, and those of a manager to the shop.

Each is plain text. The unread are shown one by one until somebody has read them; reading a manager's is
reported to the server with who it was.
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
    """One notice as it is shown. `at_ms` is by the till's clock; `sender` is "" for the till's own."""

    words: str
    sender: str
    at_ms: int
    is_read: bool
    of_till: int | None = None
    """The number of one of the till's own."""
    of_shop: str | None = None
    """The id of a manager's."""

    @property
    def needs_a_name(self) -> bool:
        """Whether the server is told who has read it."""
        return self.of_shop is not None


def unread(till: Till) -> list[NoticeLine]:
    """What nobody has read here: the till's own first, then the shop's, each the oldest first."""
    own, shops = _all(till)
    return [*own, *(line for line in reversed(shops) if not line.is_read)]


def listed(till: Till) -> list[NoticeLine]:
    """Everything that has not ended: the till's own that are unread, and the shop's, the newest first."""
    own, shops = _all(till)
    return [*reversed(own), *shops]


async def mark_read(till: Till, line: NoticeLine, actor: Actor | None) -> None:
    """It was read, by whoever is signed in. A manager's is left unread where that is nobody."""

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
    """What a notice without words is about; an unknown type is shown as it is called."""
    words = {
        "announcement": translate("notices", "An announcement without words"),
        "maintenance": translate("notices", "Maintenance is planned"),
        "price_change": translate("notices", "Prices have changed"),
        "inventory_update": translate("notices", "Stock was updated"),
    }
    return words.get(name, name)
