"""The colours of YAML in the editor."""

import re

from PySide6.QtGui import QColor, QFont, QSyntaxHighlighter, QTextCharFormat, QTextDocument

from labkit.gui._theme import Colours

_KEY = re.compile(r"(?:^|[\s{,\-])([A-Za-z_<][\w<]*)(?=\s*:(?:\s|$))")
_PARAMETER = re.compile(r"\$[A-Za-z_]\w*")
_NUMBER = re.compile(r"(?<![\w$.])[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?:\s?[a-zA-Zµμ%Ω][\w/^]*)?")
_TEXT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_PROSE = re.compile(r"^(\s*)\S+:\s*[>|][-+]?\s*$")


class YamlHighlighter(QSyntaxHighlighter):
    """Colours keys, quantities, parameters, quoted texts and comments; prose under `>-` stays plain."""

    def __init__(self, document: QTextDocument, colours: Colours) -> None:
        super().__init__(document)
        self._formats: dict[str, QTextCharFormat] = {}
        self.recolour(colours)

    def recolour(self, colours: Colours) -> None:
        """Take the colours of a theme."""
        self._formats = {
            "key": _format(colours.accent),
            "number": _format(colours.good),
            "parameter": _format(colours.curves[3], bold=True),
            "text": _format(colours.warning),
            "comment": _format(colours.faint, italic=True),
            "prose": _format(colours.text),
        }
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:  # noqa: N802 (Qt's name)
        """Colour a line; the state of a block is the indentation of the prose that it stands in, +1."""
        indent = len(text) - len(text.lstrip())
        prose = self.previousBlockState()
        if prose > 0 and (not text.strip() or indent >= prose):
            self.setCurrentBlockState(prose)
            return
        found = _PROSE.match(text)
        self.setCurrentBlockState(len(found[1]) + 1 if found else -1)
        comment = _comment(text)
        for name, pattern in (("number", _NUMBER), ("key", _KEY), ("parameter", _PARAMETER), ("text", _TEXT)):
            for match in pattern.finditer(text, 0, comment):
                group = 1 if name == "key" else 0
                self.setFormat(match.start(group), match.end(group) - match.start(group), self._formats[name])
        self.setFormat(comment, len(text) - comment, self._formats["comment"])


def _comment(text: str) -> int:
    """Give where the comment of a line begins, or its end."""
    quoted = [match.span() for match in _TEXT.finditer(text)]
    for match in re.finditer(r"(?:^|\s)#", text):
        if not any(begin <= match.start() < end for begin, end in quoted):
            return match.start()
    return len(text)


def _format(colour: str, bold: bool = False, italic: bool = False) -> QTextCharFormat:
    found = QTextCharFormat()
    found.setForeground(QColor(colour))
    if bold:
        found.setFontWeight(QFont.Weight.DemiBold)
    found.setFontItalic(italic)
    return found
