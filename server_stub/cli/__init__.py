"""`evertill server`: serving, and looking after a server."""
