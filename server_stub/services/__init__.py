"""The server's rules about people, stock and streams. No HTTP and no sockets.

Each works inside a transaction that its caller opened (`server_stub.store.database`). What an operation does
is in `server_stub.operations`.
"""
