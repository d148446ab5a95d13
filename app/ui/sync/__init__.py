"""The Sync centre: what waits, what needs a person, conflicts, diagnostics."""
