"""Reads a page as a browser would, for tests: its elements, their attributes, its text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

VOID: Final = frozenset({"input", "link", "meta"})
SHAPES: Final = frozenset({"path", "polygon", "polyline", "line", "rect", "circle"})


class Page(HTMLParser):
    """The elements of a page, as (name, attributes); raises for one that is not closed in turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert [] == self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that begins."""
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that ends where it begins, which shapes of SVG do."""
        assert tag in SHAPES, tag
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Check that what ends began last."""
        assert tag == self._open.pop()

    def handle_data(self, data: str) -> None:
        """Note text, but for that of styles and scripts."""
        if self._open[-1:] not in (["style"], ["script"]):
            self.text += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of all elements of a name."""
        return [attributes for name, attributes in self.elements if name == tag]

    def of(self, attribute: str) -> list[str]:
        """Return all values of an attribute."""
        return [value for _, one in self.elements if (value := one.get(attribute)) is not None]
