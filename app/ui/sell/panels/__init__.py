"""The side panels of the sell page, one shown at a time (`stack`)."""
