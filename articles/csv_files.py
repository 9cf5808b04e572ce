"""Tables as CSV that spreadsheets open as they are meant."""

import csv
from collections.abc import Iterable, Iterator, Sequence


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, text: str) -> str:
        """Return the text."""
        return text


def csv_lines(
    columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> Iterator[str]:
    """Yield a table line by line, as UTF-8 with the mark by which spreadsheets know it."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(columns)
    for row in rows:
        yield writer.writerow([_harmless(str(value)) for value in row])


def _harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
