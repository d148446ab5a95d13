"""The rows of streams: followed, read as a snapshot, compared by digest, pruned."""
