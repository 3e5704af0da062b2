"""Loading a large spec with positions, against PyYAML's own loader without them.

Each figure is the median of paired runs, each in a new process; what is compared runs right after
one another, so that a slow moment of the machine meets both.

``python -m tests.benchmarks.bench_source --entries 10000``
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

YARDSTICK_RATIO = 0.5
"""Most that loading may take, in times of ``yaml.load(…, CSafeLoader)`` with collection on."""

GROWTH_RATIO = 12.0
"""Most that ten times the entries may take, in times of the one."""

ENTRY = """\
  service-{number}-availability:
    objective: 99.9%
    window: 30d
    description: Requests of service {number} that are answered without an error of its own
    labels: {{tier: critical, region: eu-{shard}, product: "tabular"}}
    events:
      total: 'sum(rate(http_requests_total{{job="service-{number}"}}[5m]))'
      bad:
        status: {{matches: "5.."}}
        method: [GET, POST, PUT, DELETE]
    alerts:
      page: {{severity: critical, for: 2m, annotations: {{runbook: runbooks/{number}.md}}}}
      ticket:
        severity: warning
        for: 15m
        summary: The error budget of service {number} burns too fast
    budget: {{policy: freeze, threshold: 0.25, count: {number}}}
"""

TIMED = """\
import sys, time
text = open(sys.argv[2], "rb").read()
if sys.argv[1] == "opsc":
    from compiler.source.reader import read
    start = time.perf_counter()
    document = read("bench.yaml", text)
    seconds = time.perf_counter() - start
    assert not document.findings, document.findings[:3]
else:
    import yaml
    start = time.perf_counter()
    yaml.load(text, Loader=yaml.CSafeLoader)
    seconds = time.perf_counter() - start
print(seconds)
"""


def spec(entries: int) -> str:
    """Given a number of entries, return a spec with as many SLOs, about 650 bytes each."""
    slos = "".join(ENTRY.format(number=number, shard=number % 7) for number in range(entries))
    return f"opsc: 1\nservice: {{name: bench, title: Bench}}\nslos:\n{slos}"


def timed(what: str, path: Path) -> float:
    """Given what loads (``opsc``, ``yaml``) and a file, return the seconds, of a new process."""
    command = [sys.executable, "-c", TIMED, what, str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> int:
    """Measure, print medians and ratios; return 1 when a ratio is over its floor."""
    parser = argparse.ArgumentParser(description="time the loading of a large spec")
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder, "large.yaml"), Path(folder, "small.yaml")
        large.write_text(spec(options.entries))
        small.write_text(spec(options.entries // 10))
        runs = [
            (timed("opsc", large), timed("yaml", large), timed("opsc", small))
            for _ in range(options.runs)
        ]
        size = large.stat().st_size / 1e6
    ours, theirs, tenth = (statistics.median(column) for column in zip(*runs, strict=True))
    speed = statistics.median(run[0] / run[1] for run in runs)
    growth = statistics.median(run[0] / run[2] for run in runs)
    print(f"load, {options.entries} entries ({size:.1f} MB)  {ours:7.3f} s")
    print(
        f"yaml.load, CSafeLoader        {theirs:7.3f} s  ratio {speed:.2f} (<= {YARDSTICK_RATIO})"
    )
    print(f"load, a tenth of the entries  {tenth:7.3f} s  ratio {growth:.2f} (<= {GROWTH_RATIO})")
    return int(speed > YARDSTICK_RATIO or growth > GROWTH_RATIO)


if __name__ == "__main__":
    sys.exit(main())
