"""The Helm chart: every switch renders what Kubernetes takes, and pods that can do little."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from ijaza_attendance.passes.keys import file_name
from ijaza_local.provisioning.plan import (
    Permission,
    permissions,
    planned_topics,
    read_acls,
    read_topics,
)
from ijaza_local.services import NAMES, running
from ijaza_local.settings import VARIABLES

from tests.deploy.chart import CHART, ROOT, Chart, RefusedError, Resource, of_kind
from tests.deploy.composed import ours

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("chart")]

KAFKA = ROOT / "infra" / "kafka"
SCALED = [
    f'services.{name}.autoscaling={{"enabled":true,"min":1,"max":12,"lag":100}}'
    for name in NAMES
    if name != "enrollment"
]
SWITCHES: dict[str, list[str]] = {
    "as it is": [],
    **{f"without {name}": [f"services.{name}.enabled=false"] for name in NAMES},
    **{
        f"{name} alone": [f"services.{other}.enabled=false" for other in NAMES if other != name]
        for name in NAMES
    },
    "scaled": SCALED,
    "scaled in clear": [*SCALED, 'kafka.security="PLAINTEXT"'],
    "scaled by TLS": [*SCALED, 'kafka.security="SSL"'],
    "scaled by name": [*SCALED, 'kafka.security="SASL_PLAINTEXT"'],
    "without topics": ["strimzi.topics.enabled=false"],
    "without users": ["strimzi.users.enabled=false"],
    "without operator": ["strimzi.users.operator=false"],
    "with partners": ['strimzi.partners=["acme","un-agency"]'],
    "with fleets": ['strimzi.fleets=["gates","un-doors"]'],
    "without indexes": ["indexes.enabled=false"],
    "without budgets": ["disruption.enabled=false"],
    "without network policies": ["network.enabled=false"],
    "with clients": ['network.clients=[{"podSelector":{}}]'],
    "with more egress": ['network.egress=[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8"}}]}]'],
    "monitored": [
        'monitoring.serviceMonitor={"enabled":true,"interval":"30s","labels":{"release":"p"}}'
    ],
    "with pull secrets": ['image.pullSecrets=[{"name":"registry"}]'],
    "with more environment": ['settings.env=[{"name":"OTEL_SERVICE_NAME","value":"x"}]'],
}


@pytest.fixture(scope="module")
def resources(chart: Chart) -> list[Resource]:
    """What is installed with the chart's own values, one partner and one fleet."""
    return chart.render('strimzi.partners=["acme"]', 'strimzi.fleets=["gates"]', *SCALED)


def pods(resources: list[Resource]) -> dict[str, Any]:
    """The pods of all deployments and jobs."""
    return {
        name: each["spec"]["template"]["spec"]
        for kind in ("Deployment", "Job")
        for name, each in of_kind(resources, kind).items()
    }


def test_helm_finds_nothing_wrong(chart: Chart) -> None:
    """Not even a warning."""
    chart.lint()


@pytest.mark.parametrize("values", SWITCHES.values(), ids=SWITCHES)
def test_every_switch_renders_what_kubernetes_takes(chart: Chart, values: list[str]) -> None:
    """By the schemas of Kubernetes, Strimzi, KEDA and the Prometheus operator."""
    rendered = chart.render(*values)

    chart.judge(rendered)
    assert rendered


def test_a_wrong_resource_would_be_seen(chart: Chart, resources: list[Resource]) -> None:
    """The judge does not pass what it has no schema for, or what has a word too many."""
    user = next(iter(of_kind(resources, "KafkaUser").values()))

    for wrong in ({**user, "spec": {**user["spec"], "acls": []}}, {**user, "kind": "KafkaUsr"}):
        with pytest.raises(RefusedError):
            chart.judge([wrong])


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("services.credential.replica=3", "replica"),
        ("services.enrollment.autoscaling.enabled=true", "enrollment"),
        ('kafka.bootstrap="kafka"', "bootstrap"),
        ("settings.grace=0", "grace"),
        ('strimzi.partners=["acme.evil"]', "partners"),
        ('strimzi.fleets=["Gates"]', "fleets"),
        (
            'services.credential.autoscaling={"enabled":true,"min":1,"max":13,"lag":1}',
            "kafka.partitions 12",
        ),
        (
            'services.credential.autoscaling={"enabled":true,"min":3,"max":2,"lag":1}',
            "min is more than max",
        ),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(chart: Chart, value: str, told: str) -> None:
    """Before anything is installed, and by its name."""
    with pytest.raises(RefusedError, match=told):
        chart.render(value)


@pytest.mark.parametrize("replicas", [1, 3])
def test_topics_are_those_of_the_plan(chart: Chart, replicas: int) -> None:
    """Strimzi makes what `ijaza provision` would."""
    rendered = of_kind(chart.render(f"strimzi.topics.replicas={replicas}"), "KafkaTopic")
    planned = planned_topics(read_topics(KAFKA), partitions=12, replication=replicas)

    assert {
        name: (each["spec"]["partitions"], each["spec"]["replicas"], each["spec"]["config"])
        for name, each in rendered.items()
    } == {each.name: (each.partitions, each.replicas, each.config) for each in planned}


def test_users_may_do_what_the_plan_says(resources: list[Resource]) -> None:
    """Strimzi's users have the permissions that `ijaza provision` would add."""
    rendered = {
        Permission(
            user,
            acl["operations"][0].upper(),
            acl["resource"]["type"].upper(),
            acl["resource"]["name"],
            acl["resource"]["patternType"] == "prefix",
        )
        for user, each in of_kind(resources, "KafkaUser").items()
        for acl in each["spec"]["authorization"]["acls"]
    }

    assert rendered == set(permissions(read_acls(KAFKA), ["acme"], ["gates"]))


def test_lag_is_that_of_the_services_own_groups(resources: list[Resource]) -> None:
    """A service grows with what waits for it, and with nothing else."""
    users = read_acls(KAFKA).users
    for name, each in of_kind(resources, "ScaledObject").items():
        watched = {
            (trigger["metadata"]["consumerGroup"], trigger["metadata"]["topic"])
            for trigger in each["spec"]["triggers"]
        }
        consumed = users[name].consume.items()
        assert watched == {(group, topic) for group, topics in consumed for topic in topics}


def test_one_service_alone_brings_nothing_of_the_others(chart: Chart) -> None:
    """Neither a pod nor a user on Kafka."""
    rendered = chart.render(*SWITCHES["credential alone"], "strimzi.users.operator=false")

    assert set(of_kind(rendered, "Deployment")) == {"ijaza-credential"}
    assert set(of_kind(rendered, "KafkaUser")) == {"ijaza-credential"}
    assert set(of_kind(rendered, "Service")) == {"ijaza-credential"}


def test_pods_are_nobody_and_can_write_nothing(resources: list[Resource]) -> None:
    """Non-root, no capability, no token, a read-only root, and limits."""
    for pod in pods(resources).values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            security = container["securityContext"]
            assert security["readOnlyRootFilesystem"] is True
            assert security["allowPrivilegeEscalation"] is False
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("grace", [1, 20, 600])
def test_kubernetes_waits_longer_than_the_grace(chart: Chart, grace: int) -> None:
    """The pause before SIGTERM counts too."""
    for each in of_kind(chart.render(f"settings.grace={grace}"), "Deployment").values():
        pod = each["spec"]["template"]["spec"]
        pause = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] > grace + pause


def test_probes_ask_the_service(resources: list[Resource]) -> None:
    """Ready is what bus and store answer; dead is what makes no progress."""
    for each in of_kind(resources, "Deployment").values():
        service = each["spec"]["template"]["spec"]["containers"][0]
        assert service["readinessProbe"]["httpGet"]["path"] == "/health/ready"
        for probe in ("startupProbe", "livenessProbe"):
            assert service[probe]["httpGet"]["path"] == "/health/live"


def test_secrets_are_named_and_never_told(resources: list[Resource]) -> None:
    """The chart makes no Secret, and no variable that is secret has a value in it."""
    assert not of_kind(resources, "Secret")
    for pod in pods(resources).values():
        for variable in pod["containers"][0]["env"]:
            if "PASSWORD" in variable["name"] or variable["name"] == "IJAZA_STORE_URL":
                assert "value" not in variable


def test_environments_are_settings(resources: list[Resource]) -> None:
    """In the chart and in docker-compose.yml: a variable that nobody reads would say nothing."""
    given = {
        variable["name"]
        for pod in pods(resources).values()
        for variable in pod["containers"][0]["env"]
    }.union(*(each["environment"] for each in ours().values()))

    assert given <= VARIABLES


def test_everything_else_is_denied(resources: list[Resource]) -> None:
    """One policy selects every pod and allows nothing; services reach DNS, Kafka, MongoDB alone."""
    policies = of_kind(resources, "NetworkPolicy")
    deny, services = policies["ijaza-deny"]["spec"], policies["ijaza-services"]["spec"]

    assert deny["policyTypes"] == ["Ingress", "Egress"]
    assert not {"ingress", "egress"} & set(deny)
    assert "ingress" not in services
    assert [[each["port"] for each in rule["ports"]] for rule in services["egress"]] == [
        [53, 53],
        [9093],
        [27017],
    ]
    for each in pods_labels(resources):
        assert deny["podSelector"]["matchLabels"].items() <= each.items()


def pods_labels(resources: list[Resource]) -> list[dict[str, str]]:
    """The labels of all pods."""
    return [
        each["spec"]["template"]["metadata"]["labels"]
        for kind in ("Deployment", "Job")
        for each in of_kind(resources, kind).values()
    ]


@pytest.mark.parametrize("service", NAMES)
async def test_a_pod_is_given_the_keys_that_its_service_would_make(
    service: str, tmp_path: Path
) -> None:
    """A key that was missing would be made anew at every start, were it not refused.

    The first key of passes is made with the first pass.
    """
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    async with running(
        bus_url="memory://", store_url="memory://", keys=tmp_path / "keys", partitions=1
    ):
        made = {path.name for path in (tmp_path / "keys").iterdir()}

    given = {name: set(said["keys"]["files"]) for name, said in values["services"].items()}
    assert made | {file_name("k1")} == set().union(*given.values())
    assert "access.pem" in given[service]
