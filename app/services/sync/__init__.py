"""The outbox and conflicts as a clerk sees them, and statistics of sending."""
