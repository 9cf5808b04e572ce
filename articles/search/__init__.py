"""Search: query (what was asked), index (what is stored), engine (hits), highlight."""
