"""This computer's clock: how far it is off, whether it has jumped, and a person who says that it is right.

While a jump is not believed nothing is deleted for its age (`sync_agent.store.proved_time`); selling goes on.
"""

from app.domain.rights import Right
from app.services import journal
from app.services.approvals import authorise
from app.services.till import Actor, Till
from resources.words import translate
from sync_agent.store import proved_time
from sync_agent.store.database import Transaction


def has_jumped(till: Till) -> bool:
    """Whether the clock has jumped by more than a week and nothing has proved it right yet."""
    with till.store.reading() as connection:
        return proved_time.is_doubted(connection, till.clock.now_ms())


def jump_in_words() -> str:
    """What follows from a jump, for the notice about the clock."""
    return translate(
        "clock",
        "This computer’s clock has jumped by more than a week. Nothing old is deleted until it agrees with "
        "the server for a day, or a manager says that it is right, nor in the 24 hours after that.",
    )


async def confirm(till: Till, actor: Actor, *, approved_by: Actor | None = None) -> None:
    """Record that the clock is right, whatever it was before. Raises NotPermitted."""
    manager = authorise(actor, approved_by, Right.CHANGE_SETTINGS)

    def write(tx: Transaction) -> None:
        proved_time.confirm(tx)
        journal.note(tx, "clock_confirmed", actor.id, approved_by_id=manager.id)

    await till.store.write(write)
