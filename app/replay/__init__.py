"""Replaying a real sales history with headless tills, and comparing file, server and tills."""
