"""Access tokens, their validity, and the sessions of sockets."""
