"""The life cycle of a till's windows over one home: set-up, selling, renewal, sign-out, closing.

`app/bootstrap.py` passes in what they work on; only it constructs agents and opens homes.
"""
