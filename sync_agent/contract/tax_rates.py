"""Named tax rates: what a law calls "standard" or "reduced", with the days from which each figure is valid.

A product names a rate by its key. The rate of a sale is the one that is valid on the day of payment, by the
calendar of its place.
"""

from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from sync_agent.contract.wire import Name, RatePpm, Wire

RateKey = Annotated[str, Field(min_length=1, max_length=16, pattern=r"^[a-z0-9][a-z0-9_-]*$")]
"""The key of a named rate: short, since it is part of a setting's id together with a place's id."""


RateKeyOrNone = Annotated[str, Field(max_length=16, pattern=r"^([a-z0-9][a-z0-9_-]*)?$")]
"""The same in an edit, where an empty text removes it."""


class TaxStep(Wire):
    """A figure, valid from a day on until the next step; without `from` it was valid always."""

    from_: date | None = Field(default=None, alias="from")
    rate_ppm: RatePpm


class TaxRate(Wire):
    """A named rate. `steps` are in the order of their days; only the first may be without one."""

    name: Name
    steps: tuple[TaxStep, ...] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _in_order(self) -> "TaxRate":
        for earlier, later in pairwise(self.steps):
            if later.from_ is None or (earlier.from_ is not None and later.from_ <= earlier.from_):
                raise ValueError("steps: each has a later day than the one before it")
        return self
