"""Sales and refunds: open sales, completion, receipts."""
