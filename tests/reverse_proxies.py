"""Reverse proxies as people install them, with the configurations of docs/reverse-proxy.md."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

from live_server import free_port, wait_until

PAGE = (Path(__file__).parents[1] / "docs" / "reverse-proxy.md").read_text(encoding="utf-8")
MODULES = Path("/usr/lib/apache2/modules")
APACHE_MODULES = ("mpm_event", "authz_core", "proxy", "proxy_http", "proxy_wstunnel", "headers", "reqtimeout")
CADDY_GLOBALS = "{\n admin off\n auto_https off\n storage file_system %s\n}\n"


def block(language: str) -> str:
    """Return the configuration of this name on the page."""
    (found,) = re.findall(rf"^```{re.escape(language)}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    text: str = found
    return text


class InstalledProxy:
    """One of them, in front of the server on `target_port`."""

    def __init__(self, kind: str, folder: Path, target_port: int, path: str, change: Callable[[str], str]) -> None:
        """``path``: below which it shows the server, empty or `/parquay`; ``change``: changes its configuration."""
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}{path}"
        text = change(written(kind, path)).replace("127.0.0.1:8000", f"127.0.0.1:{target_port}")
        self._folder = folder
        self._command = COMMANDS[kind](folder, self.port, text)
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> InstalledProxy:
        folder, log = self._folder, self._folder / "proxy.log"
        with log.open("ab") as output:
            self._process = subprocess.Popen(self._command, cwd=folder, stdout=output, stderr=output)
        wait_until(self._answers, "proxy", 30)
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(20)
            self._process = None

    def _answers(self) -> bool:
        import httpx

        from live_server import NO_TLS

        assert self._process is not None
        assert self._process.poll() is None, (self._folder / "proxy.log").read_text(errors="replace")
        try:
            return httpx.get(f"{self.url}/readyz", trust_env=False, verify=NO_TLS).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


def written(kind: str, path: str) -> str:
    """Return the page's configuration of a proxy, below a path or not."""
    text = block(LANGUAGES[kind])
    if not path:
        return text
    change = block(f"{LANGUAGES[kind]}-path")
    if kind == "caddy":
        return change
    if kind == "haproxy":
        return text.replace("    option forwardfor\n", "    option forwardfor\n" + change)
    if kind == "apache2":
        return re.sub(r"^    ProxyPass .*\n", lambda _: change, text, flags=re.MULTILINE)
    text = re.sub(r"^        proxy_set_header X-Forwarded-Prefix .*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^    location / \{\n.*\n", lambda _: change, text, flags=re.MULTILINE)


def _nginx(folder: Path, port: int, text: str) -> list[str]:
    temporary = " ".join(
        f"{each}_temp_path {folder}/{each};" for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    text = text.replace("listen 80;", f"listen 127.0.0.1:{port};")
    head = f"pid {folder}/pid; daemon off; user root; error_log stderr; events {{ worker_connections 512; }}\n"
    (folder / "nginx.conf").write_text(f"{head}http {{ access_log off; {temporary}\n{text}\n}}\n")
    return [_found("nginx"), "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def _caddy(folder: Path, port: int, text: str) -> list[str]:
    text = text.replace("files.example.com {", f"http://127.0.0.1:{port} {{")
    (folder / "Caddyfile").write_text(CADDY_GLOBALS % folder + text)
    return [_found("caddy"), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


def _haproxy(folder: Path, port: int, text: str) -> list[str]:
    (folder / "haproxy.cfg").write_text(text.replace("bind :80", f"bind 127.0.0.1:{port}"))
    return [_found("haproxy"), "-db", "-f", str(folder / "haproxy.cfg")]


def _apache2(folder: Path, port: int, text: str) -> list[str]:
    loaded = "".join(f"LoadModule {each}_module {MODULES}/mod_{each}.so\n" for each in APACHE_MODULES)
    places = f"ServerRoot {folder}\nPidFile {folder}/pid\nErrorLog {folder}/error.log\nDefaultRuntimeDir {folder}\n"
    head = f"{places}{loaded}User www-data\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\nRequestReadTimeout body=75,MinRate=64\n"
    (folder / "apache.conf").write_text(head + text.replace("<VirtualHost *:80>", f"<VirtualHost 127.0.0.1:{port}>"))
    return [_found("apache2"), "-D", "FOREGROUND", "-f", str(folder / "apache.conf")]


def _found(program: str) -> str:
    found = shutil.which(program, path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    assert found is not None, f"{program} is not installed"
    return found


COMMANDS: dict[str, Callable[[Path, int, str], list[str]]] = {
    "nginx": _nginx,
    "caddy": _caddy,
    "haproxy": _haproxy,
    "apache2": _apache2,
}
LANGUAGES = {"nginx": "nginx", "caddy": "caddyfile", "haproxy": "haproxy", "apache2": "apache"}


def installed() -> list[str]:
    """Return those that are installed here."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return [each for each in COMMANDS if shutil.which(each, path=path)]
