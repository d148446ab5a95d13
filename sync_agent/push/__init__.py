"""Sending the outbox: batches, routes, results."""
