"""The cash drawer and its shifts."""
