"""Receipts of a location: what its tills sold and gave back, to be refunded at any of them."""

from typing import Any

from pydantic import Field

from sync_agent.contract.wire import Wire

RECEIPTS_PAGE_ROWS = 200
"""Rows in a page of receipts."""


class ReceiptsPage(Wire):
    """GET /api/v1/receipts: till transactions of a location, newest first by when the server received them.

    Each of `rows` is a TransactionRow; a client passes over those that it cannot read.
    """

    rows: list[dict[str, Any]] = Field(default_factory=list)
    next_page_token: str | None = None
