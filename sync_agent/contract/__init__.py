"""What a till and a server say to each other: pydantic models, event names, result and error codes.

The only thing that the two sides share. No rule of stock lives here: the server is the till's oracle, and a
rule shared by both would hide its own mistakes. ARCHITECTURE.md, "The wire".
"""
