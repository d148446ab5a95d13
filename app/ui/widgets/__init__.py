"""What every page is made of: small widgets, looks, words, approvals, background tasks."""
