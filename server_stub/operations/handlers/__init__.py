"""A handler for each kind of operation."""
