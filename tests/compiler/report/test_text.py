from __future__ import annotations

from compiler.finding import Finding, Position, Related, Severity, Span
from compiler.report.text import render, summary
from compiler.source.tree import Text


def text_of(characters: str, file: str = "spec.yaml") -> dict[str, Text]:
    """Return the texts of one file."""
    return {file: Text(file, characters, tuple(characters.split("\n")))}


def finding(start: tuple[int, int], end: tuple[int, int], **more: object) -> Finding:
    """Return a finding from one line and column to another, the end exclusive."""
    said: dict[str, object] = {
        "id": "spec/unknown-key",
        "severity": Severity.ERROR,
        "headline": "unknown key `x`",
        "span": Span("spec.yaml", Position(*start), Position(*end)),
    }
    return Finding(**(said | more))  # type: ignore[arg-type]  # the fields by name


def shown(found: Finding, characters: str) -> list[str]:
    """Return the report of one finding, its source lines and carets alone."""
    lines = render([found], text_of(characters), colour=False).splitlines()
    return [line for line in lines if "|" in line]


def test_whole_report_of_a_finding() -> None:
    """Headline, place, line, caret, label, related place, help, environments, page, count."""
    first = Related(span=Span("spec.yaml", Position(1, 1), Position(1, 2)), label="said first here")
    found = finding(
        (2, 4),
        (2, 6),
        label="did you mean `z`?",
        help="the keys are `y`, `z`",
        related=(first,),
        environments=("local", "staging"),
    )

    assert """\
error[spec/unknown-key]: unknown key `x`
 --> spec.yaml:2:4
  |
2 |   xx: 1
  |    ^^ did you mean `z`?
 ::: spec.yaml:1:1
  |
1 | a: 1
  | - said first here
  |
  = help: the keys are `y`, `z`
  = note: only in local, staging
  = page: opsc explain spec/unknown-key

1 error
""" == render([found], text_of("a: 1\n  xx: 1\n"), colour=False)


def test_tab_takes_the_columns_that_it_shows() -> None:
    """A caret behind a tab stands where the character does."""
    assert ["  |", "1 |     x: 1", "  |     ^", "  |"] == shown(finding((1, 2), (1, 3)), "\tx: 1")


def test_wide_character_takes_two_columns_and_a_combining_one_none() -> None:
    """A caret stands under what it means in a terminal."""
    source = "東京e\u0301x"

    assert ["  |", f"1 | {source}", "  | ^^^^", "  |"] == shown(finding((1, 1), (1, 3)), source)
    assert ["  |", f"1 | {source}", "  |      ^", "  |"] == shown(finding((1, 5), (1, 6)), source)


def test_what_a_terminal_would_obey_is_not_sent_to_it() -> None:
    """Escapes and bidirectional controls of a spec are shown as replaced."""
    found = finding((1, 1), (1, 2), headline="unknown key `\x1b[31mx`", label="\u202ex")
    report = render([found], text_of("\x1b[2Jx: \u202e1\x9b"), colour=False)

    assert set() == set("\x1b\x9b\u202e") & set(report)


def test_long_line_is_clipped_around_its_caret() -> None:
    """Both sides say that there is more, and the caret stays under its character."""
    _bar, source, caret, _end = shown(finding((1, 501), (1, 504)), "a" * 500 + "bad" + "c" * 500)

    assert "bad" == source[caret.index("^") : caret.rindex("^") + 1]
    assert source[4] == source[-1] == "…"
    assert len(source) < 140


def test_span_over_lines_is_drawn_down_its_side() -> None:
    """First line, last line and what is between them are bound together."""
    assert [
        "  |",
        "1 |   value: >-",
        "  |  ________^",
        "2 | |   sum(",
        "3 | |   x)",
        "  | |____^ here",
        "  |",
    ] == shown(finding((1, 8), (3, 5), label="here"), "value: >-\n  sum(\n  x)")


def test_long_span_leaves_out_its_middle() -> None:
    """Of many lines the first and the last are shown."""
    lines = shown(finding((1, 1), (30, 3)), "\n".join(["ab"] * 30))

    assert [" 1 |   ab", "29 | | ab", "30 | | ab"] == [line for line in lines if "ab" in line]


def test_empty_span_still_has_a_caret() -> None:
    """Something that is missing is marked where it should be, at the end of a line too."""
    assert ["  |", "1 | a:", "  |   ^", "  |"] == shown(finding((1, 3), (1, 3)), "a:")


def test_label_is_told_without_its_source() -> None:
    """A file that is not at hand leaves the words."""
    found = finding((9, 1), (9, 2), label="here")

    assert " = label: here" in render([found], {}, colour=False)


def test_secret_is_masked_in_every_report_of_its_line() -> None:
    """Another finding on the line of a secret does not show it."""
    characters = "{password: hunter2, x: 1}"
    secret = finding((1, 12), (1, 19), id="secret/literal")
    report = render([finding((1, 21), (1, 22)), secret], text_of(characters), colour=False)

    assert 2 == report.count("{password: *******, x: 1}")


def test_what_looks_like_a_secret_is_never_said() -> None:
    """A headline that repeats the user's text repeats no password."""
    found = finding((1, 1), (1, 2), headline="`https://ops:hunter2@x.example.org` is odd")

    assert "hunter2" not in render([found], text_of("a: postgres://u:hunter2@db/x"), colour=False)


def test_colour_only_when_told() -> None:
    """Escapes are sent to terminals alone."""
    found, texts = finding((1, 1), (1, 2)), text_of("x: 1")

    assert "\x1b[1;31merror[spec/unknown-key]\x1b[0m" in render([found], texts, colour=True)
    assert "\x1b" not in render([found], texts, colour=False)


def test_summary_counts_each_severity() -> None:
    """One is singular, none is left out."""
    error = finding((1, 1), (1, 2))
    warning = finding((1, 1), (1, 2), severity=Severity.WARNING)

    assert "2 errors, 1 warning" == summary([error, error, warning])
    assert "no findings" == summary([])
    assert "" == render([], {}, colour=False)
