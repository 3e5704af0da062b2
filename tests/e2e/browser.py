"""A real Chromium for tests, which asks nobody but loopback."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Dialog, Page

PROGRAM: Final = "/usr/bin/chromium"

NEEDED: Final = pytest.mark.skipif(
    not os.access(PROGRAM, os.X_OK), reason=f"OPTIONAL PROGRAM IS MISSING: {PROGRAM}"
)

ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

WIDE: Final = (1280, 900)
PHONE: Final = (390, 844)

LOOKS: Final = [
    pytest.param(scheme, size, id=f"{scheme}-{name}")
    for scheme in ("light", "dark")
    for name, size in (("wide", WIDE), ("phone", PHONE))
]
"""What a page is looked at in: which colours are preferred, and how large the window is."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser for a block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PROGRAM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: Browser,
    *,
    scheme: str = "light",
    size: tuple[int, int] = WIDE,
    script: bool = True,
    password: str | None = None,
) -> Iterator[tuple[Page, list[str]]]:
    """Open an empty page for a block; the list has what its console said, and where it went.

    Whoever asks who it is is told the password, where there is one.
    """
    who = {"username": "anna", "password": password} if password is not None else None
    context = browser.new_context(
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": size[0], "height": size[1]},
        java_script_enabled=script,
        reduced_motion="reduce",
        http_credentials=who,  # type: ignore[arg-type]  # a dictionary of that form
    )
    page = context.new_page()
    said: list[str] = []

    def refuse(dialog: Dialog) -> None:
        said.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.on("dialog", refuse)
    page.on("requestfailed", lambda request: said.append(f"failed: {request.url}"))
    try:
        yield page, said
    finally:
        context.close()


def faults(page: Page) -> list[tuple[str, str]]:
    """Return what axe-core finds serious or critical: the rule, and where."""
    from axe_core_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has none

    found: dict[str, Any] = Axe().run(page)
    assert found["passes"], "nothing was looked at"
    return [
        (one["id"], str(one["nodes"][0]["html"])[:200])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def is_scrolled_sideways(page: Page) -> bool:
    """Whether something is wider than the window."""
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))
