"""What the commands print. A name may hold what a terminal acts on: control letters are written out."""

import sys

from sync_agent.contract.text import escaped

__all__ = ["escaped", "say"]


def say(words: str, *, is_error: bool = False) -> None:
    """Print one line; a line's end within it is written out too. Flushed, so that a pipe reads it at once."""
    out = sys.stderr if is_error else sys.stdout
    out.write(f"{escaped(words)}\n")
    out.flush()
