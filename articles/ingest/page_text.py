"""The page parser: the raw text of one printed page to articles with all their parts.

Pure: a string in, a ``ParsedPage`` out. It goes in four steps: lines to units (``lines``),
units of a set form set aside (captions, editors, folio, jumps), the others labelled together
(``structure``), and the parts of each article cut out of them (``assemble``).
"""

from articles.ingest.parsed import ParsedPage


def parse_page(source: str) -> ParsedPage:
    """Return the articles of a page, in the order of the source.

    Nothing is corrected and nothing is lost: ``ParsedPage.lost()`` is empty for any source.
    Heads, paragraphs and captions are as printed, but that lines which a column's width or
    end had broken are joined. It never raises for any string.
    """
    # Imported late: to compile their patterns takes half a second, and every command would wait.
    from articles.ingest import assemble
    from articles.ingest.lines import read_units
    from articles.ingest.set_forms import sort_out
    from articles.ingest.structure import decide

    units, asides = sort_out(read_units(source))
    decisions = decide(units)
    return assemble.page(source, units, decisions, asides)
