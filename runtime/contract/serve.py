"""How ``opsrun serve`` stands on a host: where it listens, who may ask, how much runs at once."""

from __future__ import annotations

import re
from typing import Annotated

from runtime.contract.address import HOST_PORT_PATTERN
from runtime.contract.entry import Entry, entry
from runtime.contract.forms import text_of, whole_of
from runtime.contract.secret import Secret
from runtime.contract.units import Seconds

Listen = Annotated[str, text_of(HOST_PORT_PATTERN, "127.0.0.1:9465", max_length=260)]
"""An address of this host and a port."""
TlsFile = Annotated[str, text_of(r"^/[^\x00]*$", "/etc/opsrun/tls/server.crt", max_length=4096)]
"""An absolute path of a file in PEM form."""
AtOnce = Annotated[int, whole_of(1, 1000)]
"""A number of processes."""


@entry
class ServeTls(Entry):
    """The certificate that `opsrun serve` shows, and whose certificates it asks for."""

    certificate: TlsFile
    """The certificate, and those between it and its authority."""
    key: TlsFile
    """The certificate's private key."""
    client_ca: TlsFile | None = None
    """Authorities of the certificates that clients must show; none means that they show none."""


@entry
class Serve(Entry):
    """How `opsrun serve` stands on the hosts."""

    listen: Listen = "127.0.0.1:9465"
    """Where it listens; beyond loopback only with a `token`, or with the `client_ca` of `tls`.

    Where it starts jobs, Prometheus is told to ask it there, unless a scrape job `exposes: opsrun`,
    and alerts follow: it is down, it starts nothing, its host is degraded, unhealthy or unseen."""
    token: Secret | None = None
    """Where the bearer token is kept that every request but `/health/live` must bear; Prometheus
    reads it from the same file, or from the credential of that name of its own unit."""
    tls: ServeTls | None = None
    """Its certificate; none means plain HTTP."""
    at_once: AtOnce = 64
    """Most jobs that work at one time; the rest waits its turn. One that waits for what others
    hold, or for its next attempt, does not count meanwhile."""
    drain_seconds: Seconds = 300
    """How long running jobs may go on after a stop was asked for, before they are stopped too."""

    @property
    def is_local(self) -> bool:
        """Whether only this host reaches it; a name but `localhost` is not looked up."""
        return is_loopback(self.listen)

    @property
    def is_said(self) -> bool:
        """Whether anything is said of it, which asks for it."""
        return self != Serve()

    @property
    def is_guarded(self) -> bool:
        """Whether it asks who asks it: for a token, or for a certificate."""
        return self.token is not None or (self.tls is not None and self.tls.client_ca is not None)


def is_loopback(address: str) -> bool:
    """Return whether a host, with a port or without, is `localhost` or an address of loopback."""
    import ipaddress

    named = re.fullmatch(r"(?:\[(.*)\]|([^:]*))(?::[0-9]*)?", address)
    host = (named[1] or named[2]).lower() if named is not None else ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
