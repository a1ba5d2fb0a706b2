"""What a compose file describes, started on this machine's loopback addresses."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

from containers.compose import ROOT, read
from containers.containers import Container
from containers.image import Built
from live_server import free_port
from postgres_server import PostgresServer
from redis_server import RedisServer
from s3_server import KEY, SECRET, S3Server, client

OURS = ("api", "worker")
FROM_DOCKERFILE = re.compile(
    r"^(?:ENV|   ) (PARQUAY_\w+|PYTHONUNBUFFERED)=(\S+?)(?: \\)?$|^CMD (\[.*\])$", re.MULTILINE
)


class Rig:
    """PostgreSQL, Redis and the object store, in place of their images."""

    def __init__(self) -> None:
        self.postgres, self.redis, self.s3 = (
            PostgresServer().start(),
            RedisServer().start(),
            S3Server("lasting").start(),
        )
        with self.postgres.connect("postgres") as connection:
            connection.execute("CREATE ROLE parquay LOGIN SUPERUSER PASSWORD 'parquay'")

    def close(self) -> None:
        self.s3.remove()
        self.redis.kill()
        self.postgres.remove()

    def prepare(self, database: str) -> None:
        """Make what the images would make when they start first: the database, and the bucket."""
        self.postgres.make(database)
        client(self.s3.url).create_bucket(Bucket=database)

    def addressed(self, value: str, database: str) -> str:
        """Return a setting with the names of services, and of what is in them, as they are here."""
        value = value.replace("@postgres:5432/parquay", f"@127.0.0.1:{self.postgres.port}/{database}")
        value = value.replace("redis://redis:6379", f"redis://127.0.0.1:{self.redis.port}")
        value = value.replace("http://s3:7070", self.s3.url)
        return value.replace("s3://parquay/", f"s3://{database}/")


class Topology:
    """The services of some compose files, each replica with a folder and a port of its own."""

    def __init__(self, files: tuple[str, ...], built: Built, rig: Rig, folder: Path) -> None:
        self._setting = read(*files, environment={"S3_ACCESS_KEY": KEY, "S3_SECRET_KEY": SECRET})
        self._built, self._rig, self._folder = built, rig, folder
        self._database = folder.name
        rig.prepare(self._database)
        self.ports: dict[str, int] = {}
        self.containers: dict[str, Container] = {}
        for service in OURS:
            for number in range(1, self._replicas(service) + 1):
                self._add(service, f"{service}-{number}")
        if "proxy" in self._setting["services"]:
            self._add_proxy()

    @property
    def url(self) -> str:
        """Where browsers go."""
        return f"http://127.0.0.1:{self.ports.get('proxy', self.ports['api-1'])}"

    def healthcheck(self, name: str) -> list[str]:
        """Return the command that looks whether a service is well."""
        test: list[str] = self._setting["services"][name.partition("-")[0]]["healthcheck"]["test"][1:]
        inside = {"api": 8000, "proxy": 8080}.get(name.partition("-")[0])
        return [each.replace(f":{inside}/", f":{self.ports.get(name)}/") for each in test]

    def _replicas(self, service: str) -> int:
        replicas: int = self._setting["services"][service].get("deploy", {}).get("replicas", 1)
        return replicas

    def _add(self, service: str, name: str) -> None:
        found: dict[str, Any] = self._setting["services"][service]
        environment, command = image_settings()
        environment |= {key: self._rig.addressed(value, self._database) for key, value in found["environment"].items()}
        if service == "api":
            environment["PARQUAY_PORT"] = str(self.ports.setdefault(name, free_port()))
        shared = found["volumes"] == ["data:/data"]
        volumes: dict[str, Path | None] = {
            "/data": self._owned("data" if shared else name, found["user"]),
            "/tmp": None,
        }
        self.containers[name] = self._container(
            name, self._built.parquay, found, found.get("command", command), environment, volumes
        )

    def _add_proxy(self) -> None:
        found = self._setting["services"]["proxy"]
        apis = list(self.ports.values())
        port = self.ports["proxy"] = free_port()
        volumes: dict[str, Path | None] = {"/tmp": None}
        for file in ("http.conf", "nginx.conf"):
            made = self._folder / file
            made.write_text(configured((ROOT / "docker" / "proxy" / file).read_text(encoding="utf-8"), apis, port))
            volumes[f"/etc/nginx/{file}"] = made
        command = ["nginx", "-g", "daemon off;"]
        self.containers["proxy"] = self._container("proxy", self._built.proxy, found, command, {}, volumes)

    def _container(
        self,
        name: str,
        image: Path,
        found: dict[str, Any],
        command: list[str],
        environment: dict[str, str],
        volumes: dict[str, Path | None],
    ) -> Container:
        uid, _, gid = found["user"].partition(":")
        return Container(
            name, image, command, f"{uid}:{gid or uid}", environment, volumes, self._folder / f"{name}.log"
        )

    def _owned(self, name: str, user: str) -> Path:
        folder = self._folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, int(user), int(user))
        return folder


def image_settings() -> tuple[dict[str, str], list[str]]:
    """Return what the image says of its last stage: variables and command."""
    environment, command = {}, []
    for name, value, listed in FROM_DOCKERFILE.findall((ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")):
        if listed:
            command = json.loads(listed)
        else:
            environment[name] = value
    return environment, command


def configured(text: str, apis: list[int], port: int) -> str:
    """Return nginx's configuration with ports of this machine: nobody here can be asked for the replicas' addresses."""
    servers = "".join(f"    server 127.0.0.1:{each} max_fails=1 fail_timeout=5s;\n" for each in apis)
    text = re.sub(r"^resolver .*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ *server api:8000 resolve .*\n", servers, text, flags=re.MULTILINE)
    return text.replace("listen 8080;", f"listen 127.0.0.1:{port};")
