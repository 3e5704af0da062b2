"""Who may talk to the pods of a workload: nobody; and whom they may talk to, where that is known.

A policy knows addresses and ports, no names: where a peer's address stands in a secret, or is a
name, what leaves the pod is left open, and a comment says why.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from compiler.lower.needs import LOOPBACK

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compiler.emit.package.kubernetes.workload import Workload
    from compiler.model.cluster import Cluster


def network_policy(workload: Workload, cluster: Cluster) -> tuple[dict[str, Any], list[str]]:
    """Given what is run, return the spec of its policy, and what is to be remarked on it."""
    selector = {"matchLabels": {"app.kubernetes.io/instance": workload.name}}
    spec: dict[str, Any] = {"podSelector": selector, "policyTypes": ["Ingress"], "ingress": []}
    need = workload.need
    addresses = need.addresses
    if addresses is None:
        unknown = "; ".join(" ".join(peer.split()) for peer in need.unaddressed)
        return spec, [f"what leaves the pod is left open, for want of addresses: {unknown}"]
    spec["policyTypes"] = ["Ingress", "Egress"]
    gateway = cluster.pushgateway if workload.is_measured else None
    spec["egress"] = list(_egress([one for one in addresses if one != LOOPBACK], gateway))
    return spec, []


def _egress(addresses: list[str], gateway: str | None) -> Iterator[dict[str, Any]]:
    if addresses:
        yield {"to": [_block(address) for address in addresses]}
    if gateway is None:
        return
    parts = urlsplit(gateway)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    ports = [{"protocol": "TCP", "port": port}]
    try:
        ip_address(parts.hostname or "")
    except ValueError:
        # A name: it is looked up, and whatever it means may be asked at that port.
        yield {"ports": [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]}
        yield {"ports": ports}
    else:
        yield {"to": [_block(str(parts.hostname))], "ports": ports}


def _block(address: str) -> dict[str, Any]:
    return {"ipBlock": {"cidr": str(ip_network(address))}}
