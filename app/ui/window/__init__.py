"""The main window and what belongs to no page: registry, status strip, bridge, scanner, idle watch."""
