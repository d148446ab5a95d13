"""The main window and what belongs to no page: strip, bridge, scanner, printing."""
