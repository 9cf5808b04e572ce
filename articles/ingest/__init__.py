"""Taking issues in: pure parsers of each format, and the store that writes what they give."""
