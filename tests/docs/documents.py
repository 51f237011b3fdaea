"""Reading the project's Markdown: code blocks, inline code, links, tables, headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])

_BLOCK = re.compile(r"^```(?P<info>[^\n]*)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block of code."""

    document: Path
    line: int
    """Of the file, where the code begins."""
    info: tuple[str, ...]
    """The words after the opening fence."""
    code: str


@dataclass(frozen=True)
class Document:
    """One Markdown file."""

    path: Path
    text: str

    @classmethod
    def read(cls, path: Path) -> Document:
        return cls(path, path.read_text(encoding="utf-8"))

    def blocks(self, *languages: str) -> list[Block]:
        """The code blocks in one of `languages`."""
        found = []
        for match in _BLOCK.finditer(self.text):
            info = tuple(match["info"].split())
            if info[:1] and info[0] in languages:
                line = self.text.count("\n", 0, match.start("code")) + 1
                found.append(Block(self.path, line, info, match["code"]))
        return found

    @property
    def prose(self) -> str:
        """The text without its code blocks."""
        return _BLOCK.sub("", self.text)

    def inline_code(self) -> list[str]:
        """What stands between single backticks."""
        return _INLINE.findall(self.prose)

    def links(self) -> list[str]:
        """The targets of the links."""
        return _LINK.findall(self.prose)

    def anchors(self) -> set[str]:
        """The headings in the form in which links name them."""
        plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(self.prose))
        return {words.strip().replace(" ", "-") for words in plain}

    def section(self, heading: str) -> str:
        """The text under a heading of the second level."""
        _, _, rest = self.text.partition(f"\n## {heading}\n")
        assert rest, f"{self.path.name} has no section {heading!r}"
        return rest.partition("\n## ")[0]


def shell_lines(block: Block) -> list[str]:
    """The commands of a shell block, one a line."""
    joined = block.code.replace("\\\n", " ")
    return [" ".join(line.split()) for line in joined.splitlines() if line.strip()]


def rows(text: str) -> dict[str, list[str]]:
    """The rows of the tables in `text` by their first cell, without its backticks; cells as they stand."""
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)] for row in _ROW.findall(text)]
    return {first.strip("`"): rest for first, *rest in cells}
