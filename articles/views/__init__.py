"""Readers' pages. A view reads: what was asked, the query, the template."""
