"""The server's database: tables, migrations, transactions and the numbering of streams. No rules."""
