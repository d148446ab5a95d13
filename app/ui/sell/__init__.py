"""The sell page: the cart, and its side panels."""
