"""Background tasks: supervision and pruning."""
