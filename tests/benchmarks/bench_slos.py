"""Compiling thousands of SLOs, against `promtool check rules` on as many SLOs of Sloth's shape.

The spec is fixed: SLOs of one kind, each of a counter of its own, with the default alerts and a
step of the budget, without a finding, that differ in their names, objectives and metrics. What is
compiled is what Prometheus gets: from the text of the spec, checked by all rules, to the rule files
and their manifest on disk, as `opsc compile` makes them and leaves; then also with the tests of all
alerts. The yardstick reads one file of 17 rules for each SLO. Both are new processes, of which the
kernel tells the CPU time and the largest memory; ours has its modules in bytecode. `opsc compile`,
which writes tests, runbooks and a source map besides, is shown without a limit.

Files are written in memory where there is such a folder. For five minutes after files were removed
in great number, by whomever, ext4 takes ten times as long to make new ones.

``python -m tests.benchmarks.bench_slos --slos 3000``
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

CPU_RATIO = 0.2
"""Most CPU that compiling may take, in times of the yardstick."""
MEMORY_RATIO = 0.15
"""Most memory that compiling may take, in times of the yardstick."""
GROWTH = 0.2
"""How far the cost of one more SLO may be off that behind the first hundred."""
TESTS_RATIO = 2.0
"""Most CPU that compiling with tests may take, in times of compiling without."""
SHORT_RUNS = 5
"""How often what is over in half a second is run."""
MEMORY = "/dev/shm"  # only a folder with a name of its own is made there
"""A folder in memory, where the system has one."""

HEAD = """\
opsc: 1
service: {name: bench, title: Bench, description: Measured, owner: team}
stack: {prometheus: {url: "http://prometheus.example.org", version: "2.42", retention: 31d}}
teams: {team: {contact: {email: team@example.org}}}
slos:
"""
SLO = """\
  slo-{number}:
    title: Requests of service {number}
    description: Requests of service {number} are answered without an error of its own
    impact: Users of service {number} see errors
    objective: {objective}%
    window: 30d
    events:
      total: service_{number}_requests_total
      bad: {{code: {{matches: "5.."}}}}
    budget:
      freeze: {{remaining: 10%, action: Release nothing but mends}}
"""
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")

COMPILE = """\
import gc, os, sys
gc.disable()
from datetime import date
from pathlib import Path
from compiler.pipeline import compile_plan, examine
from compiler.write import Bundle, write
examination = examine([sys.argv[2]], today=date(2026, 11, 24))
assert not [each for each in examination.findings if each.severity.value == "error"]
emitters = ["prometheus", "promtool"][: 1 + (sys.argv[1] == "tests")]
for plan in examination.plans:
    bundle = Bundle(
        artifacts=compile_plan(plan, emitters),
        compiler="0",
        environment=plan.environment,
        spec=examination.spec_digest,
        services=tuple(plan.services),
    )
    write(Path(sys.argv[3], plan.environment), bundle)
os._exit(0)
"""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: CPU time in seconds, and its largest memory in MB."""

    cpu_seconds: float
    memory_mb: float


def spec(slos: int) -> str:
    """Given a number of SLOs, return a spec that has them."""
    objectives = ("99", "99.5", "99.9", "99.95")
    return HEAD + "".join(
        SLO.format(number=number, objective=objectives[number % 4]) for number in range(slos)
    )


def sloth_rules(slos: int) -> str:
    """Given a number of SLOs, return a file with 17 rules for each: records, metadata, alerts."""
    parts = ["groups:\n"]
    for number in range(slos):
        own = f'sloth_id="bench-{number}", sloth_service="bench", sloth_slo="slo-{number}"'
        total = f"service_{number}_requests_total"
        bad = f'{total}{{code=~"5.."}}'
        rules = [
            (
                f"record: slo:sli_error:ratio_rate{window}",
                f"(sum(rate({bad}[{window}]))) / (sum(rate({total}[{window}])))",
            )
            for window in WINDOWS
        ]
        rules += [
            ("record: slo:objective:ratio", "vector(0.999)"),
            ("record: slo:error_budget:ratio", "vector(1-0.999)"),
            ("record: slo:time_period:days", "vector(30)"),
            ("record: slo:current_burn_rate:ratio", f"slo:sli_error:ratio_rate5m{{{own}}} / 0.001"),
            ("record: slo:period_burn_rate:ratio", f"slo:sli_error:ratio_rate30d{{{own}}} / 0.001"),
            (
                "record: slo:period_error_budget_remaining:ratio",
                f"1 - slo:period_burn_rate:ratio{{{own}}}",
            ),
            ("record: sloth_slo_info", "vector(1)"),
        ]
        for name, pairs in (
            ("Page", (("5m", "1h", "14.4"), ("30m", "6h", "6"))),
            ("Ticket", (("2h", "1d", "3"), ("6h", "3d", "1"))),
        ):
            burns = " or ".join(
                f"(max(slo:sli_error:ratio_rate{short}{{{own}}} > ({factor} * 0.001)) without"
                f" (sloth_window) and max(slo:sli_error:ratio_rate{long}{{{own}}} >"
                f" ({factor} * 0.001)) without (sloth_window))"
                for short, long, factor in pairs
            )
            rules.append((f"alert: Slo{number}{name}", burns))
        parts.append(f"- name: sloth-{number}\n  rules:\n")
        parts.extend(
            f"  - {head}\n    expr: '{expression}'\n    labels:\n      sloth_id: bench-{number}\n"
            f"      sloth_service: bench\n      sloth_slo: slo-{number}\n"
            for head, expression in rules
        )
    return "".join(parts)


def cost_of(argv: list[str], **environment: str) -> Cost:
    """Run a command to its end and return what it took."""
    inherited = {
        key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"
    }
    child = os.posix_spawnp(
        argv[0],
        argv,
        {**inherited, **environment},
        file_actions=[(os.POSIX_SPAWN_OPEN, each, os.devnull, os.O_WRONLY, 0) for each in (1, 2)],
    )
    _, status, usage = os.wait4(child, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{argv[0]} failed: {os.waitstatus_to_exitcode(status)}")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000)


def compiled(slos: int, folder: Path, *, what: str = "rules") -> Cost:
    """Compile so many SLOs into a folder and return what that took."""
    # A folder of its own that stays to the end: on disk, the next run would pay for its removal.
    path, output = folder / f"{slos}.yaml", Path(tempfile.mkdtemp(dir=folder))
    path.write_text(spec(slos), "utf-8")
    if what == "everything":
        argv = [str(Path(sys.executable).with_name("opsc")), "compile", str(path)]
        argv += ["--output", str(output)]
    else:
        argv = [sys.executable, "-c", COMPILE, what, str(path), str(output)]
    return cost_of(argv, PYTHONPYCACHEPREFIX=str(folder / "bytecode"))


def short(slos: int, folder: Path, *, what: str = "rules") -> Cost:
    """Return the median cost of a few runs, of which each is over too soon to be measured alone."""
    costs = [compiled(slos, folder, what=what) for _ in range(SHORT_RUNS)]
    return sorted(costs, key=lambda cost: cost.cpu_seconds)[SHORT_RUNS // 2]


def main() -> int:
    """Measure, print medians and ratios; return 1 when a figure is over its limit."""
    parser = argparse.ArgumentParser(description="measure the compiling of many SLOs")
    parser.add_argument("--slos", type=int, default=10_000, help="how many, above 1,000")
    parser.add_argument("--tested", type=int, default=500, help="SLOs that are compiled with tests")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", default=MEMORY if Path(MEMORY).is_dir() else None)
    options = parser.parse_args()
    few, more, many = 100, 1000, int(options.slos)
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        rules = folder / "sloth.yml"
        rules.write_text(sloth_rules(many), "utf-8")
        # An installed opsc has its modules in bytecode: so has each run, from this one.
        for what in ("rules", "tests", "everything"):
            compiled(1, folder, what=what)
        check = ["promtool", "check", "rules", "--lint=none", str(rules)]
        runs = [
            (cost_of(check), compiled(many, folder), short(few, folder), short(more, folder))
            for _ in range(options.runs)
        ]
        plain, tested, whole = (
            short(options.tested, folder, what=what) for what in ("rules", "tests", "everything")
        )
    cpu = statistics.median(ours.cpu_seconds / peer.cpu_seconds for peer, ours, _, _ in runs)
    memory = statistics.median(ours.memory_mb / peer.memory_mb for peer, ours, _, _ in runs)
    growth = statistics.median(
        (ours.cpu_seconds - further.cpu_seconds)
        / (many - more)
        * (more - few)
        / max(1e-9, further.cpu_seconds - less.cpu_seconds)
        for _, ours, less, further in runs
    )
    extra = tested.cpu_seconds / plain.cpu_seconds
    peer, ours = runs[0][:2]
    for title, cost in ((f"promtool check rules, {17 * many} rules", peer), (f"{many} SLOs", ours)):
        print(f"{title:<35} {cost.cpu_seconds:7.2f} s {cost.memory_mb:7.0f} MB")
    print(f"CPU      {cpu:.2f} x (<= {CPU_RATIO})")
    print(f"memory   {memory:.2f} x (<= {MEMORY_RATIO})")
    print(f"one more among {many}: {growth:.2f} x one more behind {few} (1 +- {GROWTH})")
    print(f"with tests, {options.tested} SLOs: {extra:.1f} x without (<= {TESTS_RATIO})")
    print(f"`opsc compile` of {options.tested} SLOs: {whole.cpu_seconds / plain.cpu_seconds:.1f} x")
    holds = (
        cpu <= CPU_RATIO,
        memory <= MEMORY_RATIO,
        abs(growth - 1) <= GROWTH,
        extra <= TESTS_RATIO,
    )
    return int(not all(holds))


if __name__ == "__main__":
    sys.exit(main())
