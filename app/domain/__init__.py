"""The pure rules of selling: money, quantities, tax, the cart, tender and receipt numbers."""
