"""Accounts and tills, their credentials and rights, and the settings of a shop."""
