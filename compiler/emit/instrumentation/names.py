"""Names of the language as names of Python: valid, unlike each other, the same on every machine."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import Final

_BUILTINS: Final = """
abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile
complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format
frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len license
list locals map max memoryview min next object oct open ord pow print property quit range repr
reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip
"""
BUILTINS: Final = frozenset(_BUILTINS.split())
"""What a parameter hides when it is called so; the same whatever Python compiles."""


def identifier(name: str) -> str:
    """Given a name of a metric, an activity or a label, return a public identifier for it.

    >>> identifier("class"), identifier("job:errors"), identifier("__dict__")
    ('class_', 'job_errors', 'x__dict__')
    """
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    if not plain[:1].isalpha():
        plain = f"x{plain}"
    return f"{plain}_" if iskeyword(plain) else plain


def class_identifier(name: str) -> str:
    """Given a name, return an identifier in camel case.

    >>> class_identifier("tabular_api_requests_total")
    'TabularApiRequestsTotal'
    """
    words = [word for word in re.split(r"[^A-Za-z0-9]+", name) if word]
    return identifier("".join(word[0].upper() + word[1:] for word in words) or "X")


def unlike(wanted: str, taken: set[str], suffix: str = "") -> str:
    """Given a name, return it, or it with a suffix or a number, unlike those taken; take it."""
    name = wanted
    if name in taken and suffix:
        name = wanted = f"{wanted}{suffix}"
    number = 2
    while name in taken:
        name = f"{wanted}_{number}"
        number += 1
    taken.add(name)
    return name


def identifiers(names: tuple[str, ...], taken: set[str]) -> dict[str, str]:
    """Given names, return an identifier for each, unlike all others; take them.

    A name that is one already keeps it, whatever the others are.
    """
    clean = [name for name in names if identifier(name) == name]
    rest = [name for name in names if identifier(name) != name]
    return {name: unlike(identifier(name), taken, "_") for name in (*clean, *rest)}
