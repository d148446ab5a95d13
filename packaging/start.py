"""Where the bundled program begins."""

import sys

from app.cli import main

sys.exit(main())
