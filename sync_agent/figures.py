"""What comes with a code: counts, ids and further codes, from which a host program makes its own sentence."""

from collections.abc import Mapping

Figures = Mapping[str, int | str]
