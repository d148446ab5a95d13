"""The server's database, whole: tables, migrations, transactions and the numbering of streams. No rules."""
