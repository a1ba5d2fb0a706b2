"""What is looked for in cells, and what takes its place: a text as it is, or a regular expression of RE2.

RE2 takes time in proportion to the text, whatever the expression is. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parquay.errors import InvalidValue

if TYPE_CHECKING:
    import pyarrow as pa

_GROUP = re.compile(r"\$(\$|[0-9])|\\")


@dataclass(frozen=True, slots=True)
class TextPattern:
    r"""Texts to find, and what they become.

    Attributes:
        pattern: in the syntax of RE2.
        rewrite: in that of its replacements, with `\1` for a group.
    """

    pattern: str
    rewrite: str

    def found(self, texts: pa.StringArray) -> pa.BooleanArray:
        """Which texts have a match; a missing one has none."""
        import pyarrow.compute as pc

        return pc.fill_null(pc.match_substring_regex(texts, self.pattern), fill_value=False)

    def replaced(self, texts: pa.StringArray) -> pa.StringArray:
        """Texts with every match replaced."""
        import pyarrow.compute as pc

        return pc.replace_substring_regex(texts, self.pattern, self.rewrite)


def text_pattern(find: str, replace: str, *, case: bool, whole: bool, regex: bool) -> TextPattern:
    """Read what a request looks for; ``case``: letters differ by their case, ``whole``: in whole cells only.

    With ``regex``, `$1` to `$9` in ``replace`` are what the groups have found, `$0` is all of it, `$$` a dollar.

    Raises:
        InvalidValue: ``bad_pattern``, it is none, or its replacement names a group that there is not (422).
    """
    import pyarrow as pa

    inner = find if regex else _escaped(find)
    if whole:
        inner = rf"\A(?:{inner})\z"
    pattern = inner if case else f"(?i){inner}"
    rewrite = _GROUP.sub(_rewritten, replace) if regex else replace.replace("\\", "\\\\")
    wanted = TextPattern(pattern, rewrite)
    try:
        probe = pa.array([""], pa.string())
        wanted.found(probe)
        wanted.replaced(probe)
    except pa.ArrowInvalid as error:
        raise InvalidValue(f"This is no regular expression of RE2: {_reason(error)}", "bad_pattern") from None
    return wanted


def _escaped(text: str) -> str:
    """The text as an expression that finds it and nothing else."""
    return re.sub(r"[^\w\s]", lambda found: f"\\{found[0]}" if found[0].isascii() else found[0], text)


def _rewritten(found: re.Match[str]) -> str:
    if found[1] is None:
        return "\\\\"
    return "$" if found[1] == "$" else f"\\{found[1]}"


def _reason(error: Exception) -> str:
    return str(error).removeprefix("Invalid regular expression: ").splitlines()[0][:200]
