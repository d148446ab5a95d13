"""Background tasks: supervision, pruning and turns of the day."""
