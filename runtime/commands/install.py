"""``opsrun install``: what was compiled for a host, put where it belongs."""

from __future__ import annotations

import os
import shlex
import socket
import sys
from typing import TYPE_CHECKING

import click

from runtime.commands.options import format_option, in_utf8
from runtime.errors import InstallError, PlanError, reason_of
from runtime.page import json_product, product, talk

if TYPE_CHECKING:
    from runtime.install.order import Order, Report


@click.command()
@click.argument("folder", metavar="FROM", callback=in_utf8)
@click.option(
    "--host",
    metavar="NAME",
    callback=in_utf8,
    default=socket.gethostname,
    show_default="this host's name",
    help="The host that it is for, by its short or full name.",
)
@click.option(
    "--root",
    metavar="DIR",
    callback=in_utf8,
    default="/",
    show_default=True,
    help="Where the host's files are, for an image.",
)
@click.option("--dry-run", "is_dry", is_flag=True, help="Say what would be done; change nothing.")
@click.option("--yes", "agrees", is_flag=True, help="Replace and remove without asking.")
@click.option("--activate", "activates", is_flag=True, help="Call systemctl, too.")
@format_option
def install(
    *, folder: str, host: str, root: str, is_dry: bool, agrees: bool, activates: bool, form: str
) -> None:
    """Put a compiled folder's files in place.

    FROM is what `opsc compile` wrote for an environment, as `generated/production`. Plan, units and
    crontabs are written as root, and what an earlier install wrote and is no longer compiled is
    removed; neither if somebody edited it. At the end it says what systemctl is to be told, and
    what the host lacks.
    """
    from runtime.install.disk import Disk
    from runtime.install.order import order_of

    if not os.path.isdir(root):
        raise PlanError(f"`--root`: {root} is no folder")
    try:
        order = order_of(folder, host, Disk(root=os.path.abspath(root)))
        if not is_dry:
            _carry_out(order, agrees=agrees, activates=activates, form=form)
    except PermissionError as error:
        raise InstallError(f"{reason_of(error)}: install as root") from None
    report = order.report(is_dry=is_dry, activates=activates)
    if form == "json":
        json_product(report.form())
    else:
        _show(report)


def _carry_out(order: Order, *, agrees: bool, activates: bool, form: str) -> None:
    if order.found.asks and not agrees:
        _ask(order, form)
    order.carry_out(activates=activates)


def _ask(order: Order, form: str) -> None:
    """Ask before anything goes. Raise `InstallError` where nobody can be asked."""
    for change in order.found.changes:
        if change.action != "add":
            talk(f"{change.action:8} {change.path}")
    if not sys.stdin.isatty() or form == "json":
        raise InstallError("this replaces or removes what is there: say --yes, or look: --dry-run")
    click.confirm("Shall that be done?", abort=True, err=True)


def _show(report: Report) -> None:
    product(f"{'would be done' if report.is_dry else 'done'} on {report.host}:")
    called = "called" if report.has_called else "call"
    for argv in report.before:
        product(f"  {called:8} {shlex.join(argv)}")
    for change in report.changes:
        why = f"  {change.placed.source}: {change.placed.why}" if change.placed else ""
        product(f"  {change.action:8} {change.path}{why}")
    if not report.changes:
        product("  nothing: all is there as it was compiled")
    for path in report.left:
        product(f"  left     {path}  no longer compiled, but edited: remove it yourself")
    for argv in report.after:
        product(f"  {called:8} {shlex.join(argv)}")
    for line in report.missing:
        product(f"  missing  {line}")
