"""Who may sign in at this till."""
