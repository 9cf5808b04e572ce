"""The search of the archive against its rivals, on the same articles and queries."""
