"""What a person can do at the till, one use case a function; each write is one local transaction."""
