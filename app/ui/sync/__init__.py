"""The Sync centre: the queue, what needs attention, conflicts, history, diagnostics."""
