"""Renews the pictures of the page that the READMEs show; run as a program, with Chromium."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.checkout import ROOT
from tests.e2e.browser import PHONE, WIDE, chromium, opened
from tests.runtime.status import lively
from tests.runtime.turned_clock import TurnedClock

PICTURES: Final = {"wide": ("light", WIDE), "phone": ("dark", PHONE)}


def main() -> None:
    """Take each picture of what is seen at first."""
    with tempfile.TemporaryDirectory(prefix="opsc-page-") as name:
        folder = lively.fill(Path(name))
        with lively.served(folder, TurnedClock()) as address, chromium() as browser:
            for picture, (scheme, size) in PICTURES.items():
                with opened(browser, scheme=scheme, size=size) as (page, _):
                    page.goto(address)
                    page.screenshot(path=ROOT / f"runtime/status/{picture}.png")


if __name__ == "__main__":
    main()
