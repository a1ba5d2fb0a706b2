"""The compose files ask for what there is, and for nothing that a container need not have."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import compose_spec
import pytest

from containers.compose import BASE, ROOT, SCALED, TLS, filled, merge, names, read
from containers.topology import configured, image_settings
from live_server import PARQUAY
from parquay.settings import PREFIX, Settings, load

MUST = {"PARQUAY_PUBLIC_URL": "https://files.example", "TLS_DIR": "./tls"}
"""What the setting with TLS must be told."""
FILES = {BASE: (BASE,), SCALED: (BASE, SCALED), TLS: (BASE, SCALED, TLS)}
SETTINGS = {last: read(*files, environment=MUST if last == TLS else {}) for last, files in FILES.items()}
SERVICES = [(last, name) for last, setting in SETTINGS.items() for name in setting["services"]]
ONCE = {"bucket"}
"""Services that do something and end."""

every_setting = pytest.mark.parametrize("last", SETTINGS)
every_service = pytest.mark.parametrize(("last", "name"), SERVICES)


def service(last: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = SETTINGS[last]["services"][name]
    return found


def settings_of(last: str, name: str) -> dict[str, str]:
    """The settings that a service is given."""
    given: dict[str, str] = service(last, name)["environment"]
    return {key.removeprefix(PREFIX).lower(): value for key, value in given.items() if key.startswith(PREFIX)}


@every_setting
def test_files_follow_the_specification(last: str):
    # Its reader knows images by tag or by digest; Compose takes both, and then the digest counts.
    text = re.sub(r":[\w.-]+@sha256:", "@sha256:", json.dumps(SETTINGS[last]))

    compose_spec.PyCompose.from_json(text).validate()


@pytest.mark.parametrize("wrong", ["imag: x", "deploy: {resources: {limits: {memor: 1g}}}", "healthcheck: {tests: []}"])
def test_a_misspelt_field_is_seen(wrong: str):
    with pytest.raises(ValueError, match="does not start with"):
        compose_spec.PyCompose.from_yaml("services: {a: {image: x, " + wrong + "}}")


@every_setting
def test_services_and_volumes_are_there(last: str):
    setting = SETTINGS[last]

    assert set(setting["services"]) == {"api", "worker", "postgres", "redis"} | (
        set() if last == BASE else {"proxy", "s3", "bucket"}
    )
    for each in setting["services"].values():
        assert set(each.get("depends_on", ())) <= set(setting["services"])
        assert all((ROOT / each["build"]["dockerfile"]).exists() for _ in [0] if "build" in each)
        sources = {volume.partition(":")[0] for volume in each.get("volumes", ()) if ":" in volume}
        assert {source for source in sources if source[0].isalpha()} <= set(setting["volumes"])


@every_service
def test_a_container_has_no_more_than_it_needs(last: str, name: str):
    found = service(last, name)

    assert found["security_opt"] == ["no-new-privileges:true"]
    assert found["cap_drop"] == ["ALL"]
    assert found["read_only"] is True
    assert found["init"] is True
    assert re.fullmatch(r"\d+(:\d+)?", found["user"])
    assert name in ONCE or int(found["user"].partition(":")[0]) > 0
    assert set(found["deploy"]["resources"]["limits"]) >= {"memory", "pids"}
    assert name in ONCE or {"test", "interval", "timeout", "retries"} <= set(found["healthcheck"])


@every_service
def test_images_are_pinned(last: str, name: str):
    found = service(last, name)

    ours = re.fullmatch(rf"parquay(-proxy)?:{re.escape(version())}", found["image"])
    assert ours if "build" in found else re.fullmatch(r"[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}", found["image"])


def version() -> str:
    found = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return found[1]


@every_setting
def test_ports_are_this_machines_alone_until_there_is_tls(last: str):
    ports = [port for each in SETTINGS[last]["services"].values() for port in each.get("ports", ())]

    assert ports == (["80:8080", "443:8443"] if last == TLS else [f"127.0.0.1:8000:{8080 if last == SCALED else 8000}"])


@pytest.mark.parametrize(("last", "name"), [each for each in SERVICES if each[1] in ("api", "worker")])
def test_settings_are_known_and_lead_to_the_other_services(last: str, name: str, tmp_path: Path):
    values: dict[str, Any] = {**settings_of(last, name), "data_dir": tmp_path}

    assert set(values) <= set(Settings.model_fields)
    settings = Settings(**values, _env_file=None)
    assert settings.sqlalchemy_url == "postgresql+psycopg://parquay@postgres:5432/parquay"
    assert settings.redis_url == "redis://redis:6379/0"
    assert settings.storage_url == ("" if last == BASE else "s3://parquay/main")
    assert settings.public_url == (MUST["PARQUAY_PUBLIC_URL"] if last == TLS and name == "api" else "")


def test_replicas_share_no_volume():
    for last in (SCALED, TLS):
        for name in ("api", "worker"):
            assert service(last, name)["volumes"] == ["/data"]
            assert service(last, name)["deploy"]["replicas"] == 2


@pytest.mark.parametrize("command", [["/app/.venv/bin/parquay", "serve"], None])
def test_services_run_commands_that_there_are(command: list[str] | None):
    program, *arguments = command or service(BASE, "worker")["command"]

    assert program.endswith("/bin/parquay")
    assert subprocess.run([PARQUAY, *arguments, "--help"], capture_output=True, check=False).returncode == 0
    assert service(BASE, "worker")["healthcheck"]["test"][-3:] == [program, "worker", "--check"]


def test_every_name_that_may_be_set_stands_in_the_example():
    example = (ROOT / ".env.example").read_text(encoding="utf-8")

    assert {*names(BASE, SCALED, TLS)} - set(re.findall(r"^#?(\w+)=", example, re.MULTILINE)) == set()


def test_a_copy_of_the_example_starts_the_same(tmp_path: Path):
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(example, encoding="utf-8")
    given = dict(re.findall(r"^(\w+)=(.*)$", example, re.MULTILINE))

    assert load(str(tmp_path / ".env")) == load(None)
    assert read(BASE, SCALED, environment=given) == SETTINGS[SCALED]


@pytest.mark.parametrize("missing", MUST)
def test_what_must_be_set_for_tls_is_asked_for(missing: str):
    with pytest.raises(LookupError, match=missing):
        read(BASE, SCALED, TLS, environment={name: value for name, value in MUST.items() if name != missing})


@pytest.mark.parametrize(
    ("text", "given", "made"),
    [
        ("${A:-b}", {}, "b"),
        ("${A:-b}", {"A": ""}, "b"),
        ("${A-b}", {"A": ""}, ""),
        ("${A-b}", {"A": "c"}, "c"),
        ("${A}", {}, ""),
    ],
)
def test_names_are_filled_in_as_compose_does(text: str, given: dict[str, str], made: str):
    assert filled(text, given) == made


def test_files_are_merged_as_compose_does():
    before = {"a": {"command": ["x"], "volumes": ["data:/data", "b:/b"], "ports": ["1"], "env": {"k": 1}}}
    after = {"a": {"command": ["y"], "volumes": ["/data"], "ports": ["2"], "env": {"l": 2}}}

    assert merge(before, after) == {
        "a": {"command": ["y"], "volumes": ["/data", "b:/b"], "ports": ["1", "2"], "env": {"k": 1, "l": 2}}
    }


def test_the_proof_without_an_engine_runs_what_the_files_say():
    """`make containers` takes commands, settings and nginx's configuration from the files; here is what it finds there."""
    environment, command = image_settings()
    proxy = ROOT / "docker" / "proxy"

    assert command == ["/app/.venv/bin/parquay", "serve"]
    assert environment["PARQUAY_HOST"] == "0.0.0.0"
    http = configured((proxy / "http.conf").read_text(encoding="utf-8"), [81, 82], 80)
    assert re.findall(r"^ *server (\S+)", http, re.MULTILINE) == ["127.0.0.1:81", "127.0.0.1:82"]
    assert "resolve" not in http
    assert "listen 127.0.0.1:80;" in configured((proxy / "nginx.conf").read_text(encoding="utf-8"), [], 80)


def test_the_dockerfile_passes_its_linter():
    hadolint = Path(sys.executable).with_name("hadolint")

    done = subprocess.run([hadolint, ROOT / "docker" / "Dockerfile"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "")


def test_bases_of_the_images_are_pinned():
    text = (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")

    bases = dict(re.findall(r"^ARG (\w+_IMAGE)=(\S+)$", text, re.MULTILINE))
    assert set(re.findall(r"^FROM \$\{(\w+)\}", text, re.MULTILINE)) == set(bases)
    assert len(re.findall(r"^FROM ", text, re.MULTILINE)) == len(bases)
    assert [base for base in bases.values() if "@sha256:" not in base] == ["gcc:14"]
    assert re.search(r"^USER \d+$", text, re.MULTILINE)
