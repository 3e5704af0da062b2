"""Run the container of a CronJob as a kubelet would: no kubelet, and no runtime, can be had here.

A pod's mounts, user's rights and read-only image are said to the sandbox of units in a unit's
words; Secrets, ConfigMaps and claims are folders that the test gives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from compiler.artifact.ini import word, write_ini
from tests.sandbox.run import Ended, own, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """What a namespace holds, in a folder: claims are folders in it.

    `config_maps` and `secrets` are texts by the object's name and the key.
    """

    folder: Path
    config_maps: Mapping[str, Mapping[str, str]]
    secrets: Mapping[str, Mapping[str, str]]

    def claim(self, name: str) -> Path:
        """Return the folder of a claim, which belongs to the pods' user."""
        return own(self.folder / "claims" / name)

    def start(self, cron_job: dict[str, Any]) -> Ended:
        """Run one pod of a CronJob to its end."""
        spec = cron_job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
        (container,) = spec["containers"]
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        binds: dict[str, Path] = {}
        writable: list[str] = []
        for mount in container["volumeMounts"]:
            place = self._place(volumes[mount["name"]])
            if place is None:
                continue
            binds[mount["mountPath"]] = place / mount.get("subPath", "")
            if not mount.get("readOnly"):
                writable.append(mount["mountPath"])
        settings = [
            ("ExecStart", " ".join(word(part, is_command=True) for part in _argv(container))),
            ("PrivateTmp", "yes" if "emptyDir" in volumes.get("temporary", {}) else "no"),
            *(("ReadWritePaths", word(path)) for path in writable),
            *(("Environment", word(pair)) for pair in self._environment(container)),
            *_rights(container["securityContext"]),
        ]
        return run(write_ini({"Service": settings}), self.folder / "workshop", binds=binds)

    def _place(self, volume: dict[str, Any]) -> Path | None:
        """Return the folder that a volume is; None for what is empty at first."""
        name = volume["name"]
        if "persistentVolumeClaim" in volume:
            return self.claim(volume["persistentVolumeClaim"]["claimName"])
        if "configMap" in volume:
            return self._written(name, self.config_maps[volume["configMap"]["name"]])
        if "projected" in volume:
            (source,) = volume["projected"]["sources"]
            held = self.secrets[source["secret"]["name"]]
            items = source["secret"]["items"]
            return self._written(name, {item["path"]: held[item["key"]] for item in items})
        assert set(volume) == {"name", "emptyDir"}
        return None

    def _written(self, name: str, texts: Mapping[str, str]) -> Path:
        folder = self.folder / "volumes" / name
        folder.mkdir(parents=True, exist_ok=True)
        for key, text in texts.items():
            (folder / key).write_text(text)
        return own(folder)

    def _environment(self, container: dict[str, Any]) -> Iterator[str]:
        for variable in container["env"]:
            value = variable.get("value")
            if value is None:
                reference = variable["valueFrom"]["secretKeyRef"]
                value = self.secrets[reference["name"]][reference["key"]]
            yield f"{variable['name']}={value}"


def _argv(container: dict[str, Any]) -> list[str]:
    return [*container["command"], *container["args"]]


def _rights(context: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what a container's security context takes away."""
    assert context["capabilities"] == {"drop": ["ALL"]}
    yield "CapabilityBoundingSet", ""
    yield "AmbientCapabilities", ""
    yield "NoNewPrivileges", "no" if context["allowPrivilegeEscalation"] else "yes"
    yield "ProtectSystem", "strict" if context["readOnlyRootFilesystem"] else "no"
    yield "PrivateDevices", "yes"
