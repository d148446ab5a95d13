"""Use cases of the till, a function each; each write is one local database transaction."""
