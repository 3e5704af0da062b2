"""JSON Schemas of the Prometheus Operator's resources, from its own definitions.

``prometheus-operator.json`` is made from the definitions of v0.85.0 (Copyright The
prometheus-operator Authors, Apache License 2.0): what is validated, without descriptions, and
without discovery that is never written. Unknown keys are refused, as the API server does when it is
asked for strict validation. To make it anew, for another version:

    go mod download -json github.com/prometheus-operator/prometheus-operator@v0.85.0
    python -m tests.kubernetes.crds <Dir that was told>/example/prometheus-operator-crd
"""

from __future__ import annotations

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
import yaml

SCHEMAS: Final = Path(__file__).with_name("prometheus-operator.json")
DEFINITIONS: Final = ("prometheusrules", "scrapeconfigs")
DISCOVERY: Final = ("static", "dnsSD", "fileSD", "httpSD", "kubernetesSD")
ANNOTATIONS: Final = ("description", "x-kubernetes-validations", "format", "default")
"""Keys that say nothing of what JSON Schema could judge."""


def faults(manifest: dict[str, Any]) -> list[str]:
    """Given a resource of the operator, return what its schema has against it."""
    key = f"{manifest['apiVersion']}/{manifest['kind']}"
    errors = jsonschema.Draft202012Validator(_schemas()[key]).iter_errors(manifest)
    return [f"{error.json_path}: {error.message}" for error in errors]


@cache
def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = json.loads(SCHEMAS.read_text(encoding="utf-8"))
    return schemas


def made_from(folder: Path) -> dict[str, Any]:
    """Given a folder of definitions, return the schemas by version of the interface and kind."""
    found = {}
    for name in DEFINITIONS:
        text = (folder / f"monitoring.coreos.com_{name}.yaml").read_text(encoding="utf-8")
        spec = yaml.safe_load(text)["spec"]
        for version in spec["versions"]:
            schema = _strict(version["schema"]["openAPIV3Schema"])
            schema["properties"].pop("status", None)
            # The definition leaves metadata to the API server.
            schema["properties"]["metadata"] = {"type": "object"}
            key = f"{spec['group']}/{version['name']}/{spec['names']['kind']}"
            found[key] = schema
    return found


def _strict(node: Any) -> Any:
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"]}
    made = {
        key: _properties(value) if key == "properties" else _strict(value)
        for key, value in node.items()
        if key not in ANNOTATIONS and not key.startswith("x-kubernetes")
    }
    if "properties" in made:
        made["additionalProperties"] = False
    return made


def _properties(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _strict(schema)
        for name, schema in properties.items()
        if not name.endswith("SDConfigs") or name.removesuffix("Configs") in DISCOVERY
    }


if __name__ == "__main__":
    made = json.dumps(made_from(Path(sys.argv[1])), sort_keys=True, separators=(",", ":"))
    SCHEMAS.write_text(made + "\n", encoding="utf-8")
