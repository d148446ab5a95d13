"""What the till shows: the replica with the overlay of its own operations."""
