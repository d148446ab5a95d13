"""Opening a till's database: checked, backed up, repaired."""
