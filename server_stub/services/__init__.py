"""The server's rules: what an operation does to the ledger, the catalogue and the conflicts.

No HTTP and no sockets here. Each rule works on a `Batch`, one transaction's worth of operations.
"""
