"""Opening a till's database: check, backup, repair."""
