"""Metrics, health, logs, and the abuse monitor."""
