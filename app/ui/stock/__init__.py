"""The stock page: figures explained and changed, counting, products."""
