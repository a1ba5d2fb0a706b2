"""The manifests are what Kubernetes takes, and ask for what there is."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from live_server import PARQUAY
from parquay.settings import PREFIX, Settings

FOLDER = Path(__file__).parents[2] / "docker" / "kubernetes"
FILES = sorted(each.name for each in FOLDER.glob("*.yaml") if each.name != "kustomization.yaml")
EXAMPLES = {"secret.example.yaml", "ingress.example.yaml"}
KUSTOMIZATION: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
DOCUMENTS: list[tuple[str, dict[str, Any]]] = [
    (file, document) for file in FILES for document in yaml.safe_load_all((FOLDER / file).read_text(encoding="utf-8"))
]
VERSION = kubernetes_validate.latest_version()
"""Of the schemas, which come with the validator."""


def of(kind: str) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for _, each in DOCUMENTS if each["kind"] == kind}


PODS = {name: each["spec"]["template"]["spec"] for name, each in of("Deployment").items()}
every_pod = pytest.mark.parametrize("name", PODS)


def container(name: str) -> dict[str, Any]:
    (found,) = PODS[name]["containers"]
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("file", "document"), DOCUMENTS, ids=lambda each: each if isinstance(each, str) else each["kind"]
)
def test_manifests_follow_the_schemas(file: str, document: dict[str, Any]):
    kubernetes_validate.validate(document, VERSION, strict=True)


def test_a_misspelt_field_is_seen():
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}, "spec": {"selectors": {}}}

    with pytest.raises(kubernetes_validate.ValidationError, match="selectors"):
        kubernetes_validate.validate(wrong, VERSION, strict=True)


def test_kustomize_takes_every_file_but_the_examples():
    assert set(KUSTOMIZATION["resources"]) == set(FILES) - EXAMPLES
    assert {each["name"] for each in KUSTOMIZATION["images"]} == {container(name)["image"] for name in PODS}
    version = (FOLDER.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{KUSTOMIZATION["images"][0]["newTag"]}"' in version


@every_pod
def test_pods_are_within_the_restricted_standard(name: str):
    pod, only = PODS[name], container(name)

    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert only["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {"memory", "cpu"} == set(only["resources"]["requests"])
    assert "memory" in only["resources"]["limits"]
    assert {each["mountPath"] for each in only["volumeMounts"]} == {"/data", "/tmp"}
    assert {each["name"] for each in only["volumeMounts"]} == {each["name"] for each in pod["volumes"]}


def test_pods_are_found_by_what_names_them():
    labels = {name: each["spec"]["template"]["metadata"]["labels"] for name, each in of("Deployment").items()}

    for name, label in labels.items():
        assert of("Deployment")[name]["spec"]["selector"]["matchLabels"] == label
        assert of("PodDisruptionBudget")[name]["spec"]["selector"]["matchLabels"] == label
        assert of("HorizontalPodAutoscaler")[name]["spec"]["scaleTargetRef"]["name"] == name
    assert of("Service")["api"]["spec"]["selector"] == labels["api"]
    assert of("NetworkPolicy")["api"]["spec"]["podSelector"]["matchLabels"] == labels["api"]


@every_pod
def test_settings_are_known_and_fit_together(name: str, tmp_path: Path):
    given = {**of("ConfigMap")["parquay"]["data"], **of("Secret")["parquay"]["stringData"]}
    given |= {each["name"]: each["value"] for each in container(name)["env"]}
    values: dict[str, Any] = {key.removeprefix(PREFIX).lower(): v for key, v in given.items() if key.startswith(PREFIX)}

    assert set(values) <= set(Settings.model_fields)
    settings = Settings(**values, data_dir=tmp_path, _env_file=None)
    assert settings.storage_url.startswith("s3://")
    assert not settings.sqlalchemy_url.startswith("sqlite")
    assert container(name)["envFrom"] == [
        {"configMapRef": {"name": "parquay"}},
        {"secretRef": {"name": "parquay"}},
    ]


def test_api_servers_are_asked_at_the_paths_that_there_are():
    probes = {kind: container("api")[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}

    assert {kind: probe["path"] for kind, probe in probes.items()} == {
        "startup": "/livez",
        "liveness": "/livez",
        "readiness": "/readyz",
    }
    assert container("api")["ports"] == [{"name": "http", "containerPort": Settings.model_fields["port"].default}]


def test_workers_run_and_are_looked_at_by_commands_that_there_are():
    only = container("worker")
    program, *arguments = only["command"]

    assert only["livenessProbe"]["exec"]["command"] == [program, *arguments, "--check"]
    dockerfile = (FOLDER.parent / "Dockerfile").read_text(encoding="utf-8")
    assert f'"{program}"' in dockerfile
    assert subprocess.run([PARQUAY, *arguments, "--help"], capture_output=True, check=False).returncode == 0
