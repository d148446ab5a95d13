"""The life of a till's windows over one home: set up, sell, renewed, signed out, closed.

What they work on is handed in by `app/bootstrap.py`, which alone makes agents and opens homes.
"""
