"""The sell page: the cart, and the panels beside it."""
