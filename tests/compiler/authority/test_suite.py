"""Files of tests, taken apart and put together again."""

from __future__ import annotations

from compiler.artifact.artifact import Artifact
from compiler.artifact.lines import Sourced
from compiler.artifact.yaml import write_yaml
from compiler.authority.suite import suites_of
from compiler.lower.plan import Origin

NAMES = ("Down fires at 5% over", "Down: it's odd", 'Up "quoted"\tname', "Up plain")


def artifact() -> Artifact:
    """Return a file of tests with these names."""
    tests = [
        Sourced({"name": name, "input_series": [{"series": "up", "values": "1"}]}, origin(name))
        for name in NAMES
    ]
    text, origins = write_yaml({"evaluation_interval": "1m", "tests": tests}, comments=["head"])
    return Artifact(path="prometheus/tests/shop.yml", text=text, origins=origins)


def origin(name: str) -> Origin:
    """Return where a test is from."""
    return Origin(0, ("alerts", name.split(maxsplit=1)[0]))


def test_tests_have_names_origins_and_lines() -> None:
    """The name is read back whatever way it is quoted; the parts make up the file."""
    rules = Artifact(path="prometheus/rules/shop.yml", text="")

    [suite] = suites_of((rules, artifact()))
    assert tuple(case.name for case in suite.cases) == NAMES
    assert [case.origin for case in suite.cases] == [origin(name) for name in NAMES]
    assert suite.text_of(suite.cases) == artifact().text
    assert suite.text_of(suite.cases[1:2]).count("- name:") == 1
