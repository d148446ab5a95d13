"""The till's table of the server's events against the contract's names and docs/protocol.md."""

import re
from pathlib import Path

from sync_agent.contract import events
from sync_agent.server_events import HANDLERS, Ignored

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"


def documented(heading: str) -> set[str]:
    """The names in the first column of the table under a heading."""
    section = PROTOCOL.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([a-z-]+)` \|", section, re.MULTILINE))


def test_every_event_that_the_server_sends_has_a_row_at_the_till() -> None:
    assert set(HANDLERS) == set(events.FROM_SERVER) == documented("What the server sends")


def test_every_event_name_of_the_contract_is_documented_on_one_side() -> None:
    names = {
        value
        for name, value in vars(events).items()
        if name.isupper() and isinstance(value, str) and not value.startswith("/")
    }
    assert names == documented("What the server sends") | documented("What a client sends")


def test_what_is_ignored_says_why() -> None:
    assert all(row.because for row in HANDLERS.values() if isinstance(row, Ignored))
