"""The embedded PostgreSQL, below newsarchive/embedded_postgres.py; base.py is Django's backend."""
