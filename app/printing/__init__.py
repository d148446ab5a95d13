"""Slips on paper: ESC/POS printers by network, USB or file. Never in the UI thread."""
