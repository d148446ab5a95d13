"""What every page builds on: base class, context, the changes it receives, the requests it makes."""
