"""The replica: the rows that the server's streams sent. Only these modules write its tables.

`feed` applies changes as they come, `snapshots` a whole copy; both through `kinds` and `rows`.
"""
