"""The queue and conflicts in a clerk's language, and how sending goes."""
