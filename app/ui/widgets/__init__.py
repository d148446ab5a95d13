"""Shared by all pages: small widgets, themes, languages and formats, approvals, background tasks."""
