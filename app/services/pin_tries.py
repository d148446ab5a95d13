"""How often a PIN may be guessed: five wrong ones, then half a minute's wait for that person."""

from dataclasses import dataclass

from app.domain.errors import TooManyTries
from sync_agent.ports import Clock

TRIES_MAX = 5
WAIT_S = 30


@dataclass
class _Tries:
    wrong: int = 0
    closed_until_s: float = 0.0


class PinTries:
    """Counts wrong PINs by person, while the program runs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_person: dict[str, _Tries] = {}

    def begin(self, person_id: str) -> None:
        """Count a try as wrong before it is checked, so that tries side by side count too.

        Raises TooManyTries while the person has to wait.
        """
        tries = self._by_person.setdefault(person_id, _Tries())
        now_s = self._clock.monotonic_s()
        if now_s < tries.closed_until_s:
            raise TooManyTries(max(1, round(tries.closed_until_s - now_s)))
        tries.wrong += 1
        if tries.wrong >= TRIES_MAX:
            tries.wrong = 0
            tries.closed_until_s = now_s + WAIT_S

    def succeeded(self, person_id: str) -> None:
        """The PIN was right: forget what went before."""
        self._by_person.pop(person_id, None)
