"""Real history sold by headless tills: what was planned, what came of it, and whether all books agree."""
