"""The line of each key in a TOML text, which Python's tomllib does not report.

Only for texts that tomllib has parsed: invalid TOML yields wrong lines instead of an error.
"""
import re
from collections.abc import Iterator

# Strings first, so that nothing inside one matches as a key.
TOKEN = re.compile(
    r'(?P<string>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\')'
    r"|(?P<comment>#[^\n]*)|(?P<newline>\n)|(?P<word>[^\s\[\]{}=.,#\"']+)|(?P<mark>[\[\]{}=.,])",
    re.DOTALL,
)

KeyPath = tuple[str, ...]


def key_lines(text: str) -> dict[KeyPath, int]:
    """By the path of each key and table, such as ("hub", "address"): the line of the first occurrence, from 1."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._lines: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        while (token := self._peek()) is not None:
            kind, text, _ = token
            if kind == "newline":
                self._at += 1
            elif text == "[":
                table = self._heading()
            else:
                self._pair(table)
        return self._lines

    def _peek(self) -> tuple[str, str, int] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _heading(self) -> KeyPath:
        while (token := self._peek()) is not None and token[1] == "[":
            self._at += 1
        path = self._key(())
        while (token := self._peek()) is not None and token[0] != "newline":
            self._at += 1
        return path

    def _key(self, table: KeyPath) -> KeyPath:
        """Reads a dotted key and records the line of each part."""
        path = table
        while (token := self._peek()) is not None and (token[0] in ("word", "string") or token[1] == "."):
            self._at += 1
            kind, text, line = token
            if text != ".":
                path = (*path, text[1:-1] if kind == "string" else text)
                self._lines.setdefault(path, line)
        return path

    def _pair(self, table: KeyPath) -> None:
        path = self._key(table)
        # The "=".
        self._at += 1
        token = self._peek()
        if token is not None and token[1] == "{":
            self._at += 1
            self._inline_table(path)
        self._skip_value()

    def _inline_table(self, path: KeyPath) -> None:
        while (token := self._peek()) is not None and token[1] != "}":
            if token[0] == "newline" or token[1] == ",":
                self._at += 1
            else:
                self._pair(path)
        self._at += 1

    def _skip_value(self) -> None:
        """Skips to the end of a value: a new line, or the comma or brace of the enclosing table, outside of arrays."""
        depth = 0
        while (token := self._peek()) is not None:
            kind, text, _ = token
            if depth == 0 and (kind == "newline" or text in (",", "}")):
                return
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(text, 0)
            self._at += 1


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and line."""
    line = 1
    for match in TOKEN.finditer(text):
        kind = match.lastgroup or ""
        if kind != "comment":
            yield kind, match[0], line
        line += match[0].count("\n")
