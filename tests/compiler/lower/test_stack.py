from __future__ import annotations

from dataclasses import replace

from compiler.lower.stack import lower_stack
from compiler.model.cluster import Cluster, Operator
from compiler.model.stack import Alertmanager, Stack
from compiler.targets.alertmanager import secret_file
from runtime.contract.secret import Secret

CLUSTER = Cluster(namespace="shop", image="registry.example.org/opsrun:1")
WATCHED = replace(CLUSTER, operator=Operator())


def file_of(stack: Stack) -> str | None:
    """Return the file in which Alertmanager finds the credential `token`."""
    lowered = lower_stack(stack).alertmanager
    assert lowered is not None
    return secret_file(Secret(credential="token"), lowered)


def test_an_alertmanager_of_the_operator_finds_credentials_in_its_secret() -> None:
    """The operator mounts a Secret under its name."""
    stack = Stack(alertmanager=Alertmanager(), kubernetes=WATCHED)

    assert "/etc/alertmanager/secrets/opsc-credentials/token" == file_of(stack)


def test_any_other_alertmanager_finds_them_where_its_unit_has_them() -> None:
    """A cluster that runs jobs alone changes nothing."""
    unit = "/run/credentials/prometheus-alertmanager.service/token"

    assert unit == file_of(Stack(alertmanager=Alertmanager()))
    assert unit == file_of(Stack(alertmanager=Alertmanager(), kubernetes=CLUSTER))


def test_a_folder_that_is_said_is_the_folder() -> None:
    """Whoever mounts the Secret elsewhere says where."""
    server = Alertmanager(credentials="/secrets")

    assert "/secrets/token" == file_of(Stack(alertmanager=server, kubernetes=WATCHED))


def test_a_stack_without_an_alertmanager_stays_as_it_is() -> None:
    """There is nobody who would look."""
    assert Stack(kubernetes=WATCHED) == lower_stack(Stack(kubernetes=WATCHED))
