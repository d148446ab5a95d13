"""ARCHITECTURE.md's state diagrams name exactly the states that the code has."""

import re
from pathlib import Path

from sync_agent.events import ConnectionState
from sync_agent.store.queue.status import Status

TEXT = (Path(__file__).parents[2] / "ARCHITECTURE.md").read_text()


def states_of(heading: str) -> set[str]:
    section = TEXT.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    diagram = section.split("stateDiagram-v2", 1)[1].split("```", 1)[0]
    names = re.findall(r"^\s*(\S+) --> ([^\s:]+)", diagram, flags=re.MULTILINE)
    return {name for pair in names for name in pair} - {"[*]"}


def test_the_life_of_an_operation_is_drawn_as_it_is() -> None:
    assert states_of("Life of an operation") == {status.value for status in Status}


def test_the_connection_is_drawn_as_it_is() -> None:
    assert states_of("The connection") == {state.value for state in ConnectionState}
