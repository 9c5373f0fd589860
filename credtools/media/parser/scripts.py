"""Scripts in a PDF that harm nobody who looks at it: those that print, or write a field as a date or number.

Nothing is run: a script is harmless when it consists of nothing but calls of these functions with literal values.
"""

from __future__ import annotations

import re

LONGEST = 65_536  # characters
# The functions of forms that Acrobat itself writes (Acrobat Forms API, AForm), and printing.
FUNCTION = r"(?:AF(?:Date|Time|Number|Percent|Special|Range|Simple|Merge|Extract|Make)\w*|(?:this\.|window\.)?print)"
SPACE = r"(?:\s|//[ -~\t]*(?=[\n\r]|\Z)|/\*(?:[^*]|\*(?!/))*\*/)*+"
BREAK = r"\n\r\x85\u2028\u2029"  # what ends a line for one reader or another
STRING = rf"\"(?:[^\"\\{BREAK}]|\\[^{BREAK}])*+\"|'(?:[^'\\{BREAK}]|\\[^{BREAK}])*+'"
SIMPLE = rf"(?:{STRING}|[+-]?(?:\d+(?:\.\d*)?|\.\d+)|true|false|null|undefined|this)"
SIMPLES = rf"(?:{SPACE}{SIMPLE}{SPACE}(?:,{SPACE}{SIMPLE}{SPACE})*+)?{SPACE}"
PAIR = rf"(?:\w+|{STRING}){SPACE}:{SPACE}{SIMPLE}{SPACE}"
VALUE = rf"(?:{SIMPLE}|new\s+Array\s*\({SIMPLES}\)|\[{SIMPLES}\]|\{{{SPACE}(?:{PAIR}(?:,{SPACE}{PAIR})*+)?{SPACE}\}})"
CALL = re.compile(
    rf"{SPACE}{FUNCTION}{SPACE}\({SPACE}(?:{VALUE}{SPACE}(?:,{SPACE}{VALUE}{SPACE})*+)?\){SPACE};*{SPACE}"
)
NOTHING = re.compile(rf"{SPACE};*{SPACE}")


def is_harmless(script: str) -> bool:
    """Whether a script only prints or gives a field its form."""
    if len(script) > LONGEST:
        return False
    end = 0
    while call := CALL.match(script, end):
        end = call.end()
    return bool(NOTHING.fullmatch(script, end))
