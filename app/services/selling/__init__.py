"""Sales and refunds: carts, completing, receipts."""
