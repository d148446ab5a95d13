"""Who is at the till, and enrolling the till itself."""
