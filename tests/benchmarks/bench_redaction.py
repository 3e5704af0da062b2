"""Hiding secrets in what is collected: eight times the text takes about eight times as long.

For a common log, and for texts that are made to lead patterns astray. The two lengths take turns,
so that a slow moment of the machine meets both.

``python -m tests.benchmarks.bench_redaction``
"""

from __future__ import annotations

import sys
import time
from statistics import median

from runtime.kinds.diagnostics.redaction import Redactor

GROWTH_RATIO = 14.0
"""Most that eight times the text may take, in times of the one; a quadratic pattern takes 64."""
PAIRS = 5
CHARACTERS = 30_000

LOG = "2026-03-01T02:00:00Z INFO api: GET /data?page=2 200 12ms user=alice token_count=5 id=7f3c\n"
PUMPS = {
    "a common log": LOG,
    "names without values": "password token secret api_key ",
    "values that never end": 'password="',
    "addresses without an at": "://a:",
    "beginnings of keys": "-----BEGIN PRIVATE KEY-----",
    "ends of keys": "-----END PRIVATE KEY-----\n",
    "half a signed token": "eyJaaaaaaaa.eyJaaaaaaaa-",
    "programs without options": "curl mysql redis-cli ",
    "lines of base64": "A" * 64 + "\n",
    "blocks in blocks": "password: |\n ",
}


def main() -> int:
    """Print the growth of each; return 1 when one is over the limit."""
    code = 0
    for title, pump in PUMPS.items():
        ratio = median(seconds(pump, 8) / seconds(pump, 1) for _ in range(PAIRS))
        holds = ratio <= GROWTH_RATIO
        code = code if holds else 1
        print(f"{'ok  ' if holds else 'OVER'} {title}: {ratio:.1f} x (limit {GROWTH_RATIO:g} x)")
    spent = seconds(LOG, 8)
    print(f"     {8 * CHARACTERS / spent / 1e6:.2f} million characters of a common log a second")
    return code


def seconds(pump: str, times: int) -> float:
    """Return how long the processor takes for so many times the text."""
    length = CHARACTERS * times
    text = (pump * (length // len(pump) + 1))[:length]
    began = time.process_time()
    Redactor(["a declared secret"]).text(text)
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
