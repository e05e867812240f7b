"""What long lists share: pages of eight, words that fit into a button, marks of regions."""

from zlib import crc32

from core.domain.words import search_terms

PAGE = 8
_WORD_BYTES = 36


def fit(words: str) -> str:
    """The words of a search for the buttons of its pages: folded, so a cut one only finds a little more."""
    kept = " ".join(search_terms(words)).encode()[:_WORD_BYTES]
    return kept.decode(errors="ignore").strip()


def pages(total: int, size: int = PAGE) -> int:
    return max(1, -(-total // size))


def mark(region: str) -> int:
    """A region inside a button: names are longer than a button may be."""
    return crc32(region.encode())
