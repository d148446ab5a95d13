"""Access tokens, whether they still hold, and who is behind each socket."""
