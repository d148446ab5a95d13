"""What a till and a server say to each other: pydantic models, event names, result and error codes.

The only code that the two sides share; it has no rules of stock:
docs/decisions/0001-two-sides-share-no-rules.md. The wire is described in docs/protocol.md.
"""
