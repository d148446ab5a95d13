"""Flags of completed till transactions: kinds, evidence, and judging again when something arrives.

A completed transaction is accepted whatever it says; what looks wrong about it is flagged by name. `kinds`
has the table: a row for each flag, with the pure function that finds it. ARCHITECTURE.md, "Flags".
"""
