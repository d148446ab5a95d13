"""What every page is made on: the base class, what it is handed, what it hears and what it may ask for."""
