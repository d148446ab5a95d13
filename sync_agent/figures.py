"""The parameters of a code: counts, ids and further codes, for the sentence that a host makes of it."""

from collections.abc import Mapping

Figures = Mapping[str, int | str]
