"""What Prometheus makes of an annotation: a template, a value and labels enter, its text leaves.

After Prometheus' `template` and Go's `text/template` and `fmt`. Where a template does more than is
known here, None leaves.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from compiler.lower.drive.humane import FORMATS

if TYPE_CHECKING:
    from collections.abc import Mapping

_Datum: TypeAlias = float | str

_ACTION: Final = re.compile(r"(\{\{- |\{\{)(.*?)( -\}\}|\}\})", re.DOTALL)
_WORD: Final = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?P<pipe>\|)|(?P<number>-?[0-9]+(?:\.[0-9]+)?)
    |(?P<label>(?:\$labels|\.Labels)\.[a-zA-Z_][a-zA-Z0-9_]*)|(?P<value>\$value\b|\.Value\b)
    |(?P<name>[a-zA-Z][a-zA-Z0-9_]*))(?=[\s|]|\Z)""",
    re.VERBOSE,
)
_VERB: Final = re.compile(
    r"%(?P<flags>[-+0 #]*)(?P<width>\d*)(?P<digits>\.\d*)?(?P<verb>.)", re.DOTALL
)
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPES: Final = {"n": "\n", "t": "\t", "\\": "\\", '"': '"'}


def render(template: str, value: float, labels: Mapping[str, str]) -> str | None:
    """Given a template, an alert's value and its series' labels, return its text, or None."""
    if "{{" not in template:
        return template
    parts: list[str] = []
    position, is_trimmed = 0, False
    for action in _ACTION.finditer(template):
        text = template[position : action.start()]
        if is_trimmed:
            text = text.lstrip(" \t\r\n")
        if action[1] == "{{- ":
            text = text.rstrip(" \t\r\n")
        made = _run(action[2], value, labels)
        if made is None:
            return None
        parts += [text, made]
        position, is_trimmed = action.end(), action[3] == " -}}"
    rest = template[position:]
    return "".join((*parts, rest.lstrip(" \t\r\n") if is_trimmed else rest))


def _run(pipeline: str, value: float, labels: Mapping[str, str]) -> str | None:
    commands = _commands(pipeline, value, labels)
    if commands is None:
        return None
    piped: _Datum | None = None
    for name, arguments in commands:
        if piped is not None:
            arguments.append(piped)
        piped = _call(name, arguments)
        if piped is None:
            return None
    return None if piped is None else _printed(piped)


def _commands(
    pipeline: str, value: float, labels: Mapping[str, str]
) -> list[tuple[str, list[_Datum]]] | None:
    """Return the functions of a pipeline and what is said behind them; no function is ''."""
    commands: list[tuple[str, list[_Datum]]] = [("", [])]
    position = 0
    while pipeline[position:].strip():
        word = _WORD.match(pipeline, position)
        if word is None:
            return None
        name, arguments = commands[-1]
        if word["pipe"]:
            commands.append(("", []))
        elif word["name"]:
            if name or arguments:
                return None
            commands[-1] = (word["name"], [])
        elif word["text"]:
            arguments.append(_text(word["text"]))
        elif word["label"]:
            arguments.append(
                labels.get(word["label"].partition(".Labels.")[2] or word["label"][8:], "")
            )
        else:
            if word["number"]:
                return None
            arguments.append(value)
        position = word.end()
    return commands


def _text(quoted: str) -> str:
    if quoted[0] == "`":
        return quoted[1:-1]
    return _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[0]), quoted[1:-1])


def _call(name: str, arguments: list[_Datum]) -> _Datum | None:
    if not name:
        return arguments[0] if len(arguments) == 1 else None
    if name == "printf":
        return _printf(arguments)
    if len(arguments) != 1:
        return None
    (argument,) = arguments
    if isinstance(argument, str):
        if name in ("toUpper", "toLower") and argument.isascii():
            return argument.upper() if name == "toUpper" else argument.lower()
        return None
    formatted = FORMATS.get(name)
    return formatted(argument) if formatted is not None else None


def _printf(arguments: list[_Datum]) -> str | None:
    if not arguments or not isinstance(arguments[0], str):
        return None
    given = iter(arguments[1:])
    is_known = True

    def fill(found: re.Match[str]) -> str:
        nonlocal is_known
        if found["verb"] == "%":
            return "%"
        datum = next(given, None)
        if isinstance(datum, float) and found["verb"] in "feEgG" and math.isfinite(datum):
            is_known &= found["verb"] not in "gG" or found["digits"] is not None
            return found[0] % datum
        if isinstance(datum, str) and found["verb"] in "sv" and found["digits"] is None:
            return f"%{found['flags']}{found['width']}s" % datum
        if isinstance(datum, float) and found[0] == "%v":
            return _printed(datum)
        is_known = False
        return ""

    made = _VERB.sub(fill, arguments[0])
    return made if is_known and next(given, None) is None else None


def _printed(datum: _Datum) -> str:
    """Return a datum as Go's `%v` prints it: an exponent below 1e-4 and from 1e6 on."""
    if isinstance(datum, str):
        return datum
    if not math.isfinite(datum):
        return "NaN" if math.isnan(datum) else "+Inf" if datum > 0 else "-Inf"
    exact = Decimal(repr(datum)).normalize()
    sign, digits, _ = exact.as_tuple()
    places = exact.adjusted()
    if not datum or -4 <= places < 6:
        return format(exact, "f")
    first, *rest = map(str, digits)
    fraction = f".{''.join(rest)}" if rest else ""
    return f"{'-' if sign else ''}{first}{fraction}e{places:+03d}"
