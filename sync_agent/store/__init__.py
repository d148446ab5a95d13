"""The till's SQLite, whole: tables, migrations, the writer, the outbox, the replica and its projection."""
