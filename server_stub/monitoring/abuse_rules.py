"""What counts as suspicious, decided on times and names alone: no clock, no database, bounded memory.

When there are too many subjects, the least recently seen is forgotten first.
"""

from collections import OrderedDict, deque
from collections.abc import Hashable
from dataclasses import dataclass, field

_SUBJECTS_MAX = 5_000


@dataclass(slots=True)
class _Subject:
    moments_ms: deque[int]
    quiet_until_ms: int = 0


class Burst:
    """Detects that something happened to one subject `times` times within a window.

    After a report the subject is silent for a while, however long the burst lasts.
    """

    def __init__(self, times: int, within_ms: int, quiet_ms: int, subjects_max: int = _SUBJECTS_MAX) -> None:
        self._times = times
        self._within_ms = within_ms
        self._quiet_ms = quiet_ms
        self._subjects_max = subjects_max
        self._subjects: OrderedDict[Hashable, _Subject] = OrderedDict()

    def __len__(self) -> int:
        return len(self._subjects)

    def happened(self, subject: Hashable, now_ms: int) -> bool:
        """Counts one occurrence; True if it should be reported now."""
        known = self._subjects.setdefault(subject, _Subject(deque(maxlen=self._times)))
        self._subjects.move_to_end(subject)
        if len(self._subjects) > self._subjects_max:
            self._subjects.popitem(last=False)
        known.moments_ms.append(now_ms)
        if len(known.moments_ms) < self._times or now_ms - known.moments_ms[0] > self._within_ms:
            return False
        if now_ms < known.quiet_until_ms:
            return False
        known.quiet_until_ms = now_ms + self._quiet_ms
        return True


@dataclass(slots=True)
class _Whereabouts:
    last_ms: dict[str, int] = field(default_factory=dict)
    quiet_until_ms: int = 0


class TwoPlaces:
    """Detects one subject at two addresses within a window."""

    def __init__(self, within_ms: int, quiet_ms: int, subjects_max: int = _SUBJECTS_MAX) -> None:
        self._within_ms = within_ms
        self._quiet_ms = quiet_ms
        self._subjects_max = subjects_max
        self._subjects: OrderedDict[Hashable, _Whereabouts] = OrderedDict()

    def __len__(self) -> int:
        return len(self._subjects)

    def seen(self, subject: Hashable, address: str, now_ms: int) -> str | None:
        """Notes the address; returns the other address if it should be reported now."""
        known = self._subjects.setdefault(subject, _Whereabouts())
        self._subjects.move_to_end(subject)
        if len(self._subjects) > self._subjects_max:
            self._subjects.popitem(last=False)
        other, when_ms = next(
            ((place, ms) for place, ms in known.last_ms.items() if place != address), (None, 0)
        )
        # The two newest addresses are enough to decide.
        known.last_ms = {address: now_ms} if other is None else {other: when_ms, address: now_ms}
        if other is None:
            return None
        if now_ms - when_ms > self._within_ms:
            del known.last_ms[other]
            return None
        if now_ms < known.quiet_until_ms:
            return None
        known.quiet_until_ms = now_ms + self._quiet_ms
        return other
