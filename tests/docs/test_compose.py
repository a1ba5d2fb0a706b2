"""The compose file asks for what there is: settings, commands, services, volumes."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from live_server import PARQUAY
from parquay.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
FILE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = FILE["services"]


def test_services_are_those_of_the_scaled_setting_on_one_machine():
    assert set(SERVICES) == {"api", "worker", "postgres", "redis"}
    for name in ("api", "worker"):
        assert set(SERVICES[name]["depends_on"]) <= set(SERVICES)
        assert (ROOT / SERVICES[name]["build"]["dockerfile"]).exists()
        assert SERVICES[name]["volumes"] == SERVICES["api"]["volumes"]
    volumes = {each.partition(":")[0] for service in SERVICES.values() for each in service.get("volumes", ())}
    assert volumes == set(FILE["volumes"])
    assert all(each["security_opt"] == ["no-new-privileges:true"] for each in SERVICES.values())


@pytest.mark.parametrize("name", ["api", "worker"])
def test_settings_are_known_and_lead_to_the_other_services(name: str, tmp_path: Path):
    given = {key: re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value) for key, value in SERVICES[name]["environment"].items()}
    values: dict[str, Any] = {key.removeprefix(PREFIX).lower(): value for key, value in given.items()}

    assert set(values) <= set(Settings.model_fields)
    settings = Settings(**values, data_dir=tmp_path, _env_file=None)
    assert settings.sqlalchemy_url == "postgresql+psycopg://parquay:parquay@postgres:5432/parquay"
    assert settings.redis_url == "redis://redis:6379/0"


def test_the_worker_runs_a_command_that_there_is():
    program, *arguments = SERVICES["worker"]["command"]

    assert program.endswith("/bin/parquay")
    assert subprocess.run([PARQUAY, *arguments, "--help"], capture_output=True, check=False).returncode == 0
