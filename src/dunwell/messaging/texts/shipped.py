"""What a shipped text is."""

from __future__ import annotations

from dataclasses import dataclass

_BLOCKS = ("{{ invoice_table }}", "{{ pay_instructions }}")


@dataclass(frozen=True, slots=True)
class ShippedText:
    """One text in one language. HTML and plain text are made from the same paragraphs."""

    key: str
    language: str
    name: str
    tone: str
    subject: str
    paragraphs: tuple[str, ...]

    @property
    def html(self) -> str:
        return "\n".join(
            paragraph if paragraph in _BLOCKS else f"<p>{paragraph.replace(chr(10), '<br>' + chr(10))}</p>"
            for paragraph in self.paragraphs
        )

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs) + "\n"
