"""`python -m app` is the `evertill` command."""

from app.cli import main

raise SystemExit(main())
