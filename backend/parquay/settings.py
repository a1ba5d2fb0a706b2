"""Every setting: name, type, unit, default. Read once at start, then frozen.

Environment variables named ``PARQUAY_<FIELD>`` (also from a ``.env`` file in the working directory).
Only ``wiring``, ``app`` and ``cli`` see this object; every other part gets plain arguments.
"""

from __future__ import annotations

import ipaddress
import os
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from parquay import setting_values
from parquay.setting_values import items

PREFIX = "PARQUAY_"

DAY, CENTURY = 86_400, 3_153_600_000
"""Seconds of the longest time that a request may wait, and that anything may be kept by its age."""


OF_CLIENTS = frozenset({"PARQUAY_URL", "PARQUAY_TOKEN"})
"""Names that mean something to the commands that talk to a server; a server starts with them too."""

MAX_BYTES = 2**63 - 1
"""Largest number of bytes that an upload can announce and the catalog can keep."""


class SettingsError(ValueError):
    """A setting is unknown or does not parse. The message is one line that names it."""


class Settings(BaseSettings):
    """The frozen settings of one process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    host: Annotated[str, AfterValidator(setting_values.host)] = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    tls_cert: Path | None = Field(
        None,
        description="PEM file of a certificate and those above it: the server speaks HTTPS; read again when renewed.",
    )
    tls_key: Path | None = Field(None, description="PEM file of its key, without a password.")
    data_dir: Path = Field(Path("data/var"), description="Directory that the embedded setting writes to.")
    database_url: Annotated[str, AfterValidator(setting_values.database)] = Field(
        "", description="`sqlite:///…` or `postgresql://…`; empty: SQLite `metadata.db` in the data dir."
    )
    storage_url: Annotated[str, AfterValidator(setting_values.store)] = Field(
        "",
        description="Where the bytes of uploads lie: empty the data dir, `file://` another directory, or "
        "`s3://bucket/prefix` (`scaling.md`), tables too then, with keys from the usual `AWS_*`.",
    )
    s3_endpoint: Annotated[str, AfterValidator(setting_values.endpoint)] = Field(
        "", description="URL of the object store for `s3://`; empty: that of AWS."
    )
    s3_redirect: bool = Field(
        False, description="Whether downloads of files that are one object are presigned redirects to the object store."
    )
    s3_region: str = Field("", description="Its region; empty: `AWS_REGION`, or `us-east-1`.")
    cache_dir: Path | None = Field(
        None, description="Where copies of parts from `s3://` are kept; unset: `cache` in the data dir."
    )
    cache_bytes: int = Field(
        10 << 30, ge=64 << 20, le=MAX_BYTES, description="Bytes of such copies; the least recently used go first."
    )
    redis_url: str = Field(
        "",
        description="`redis://`, `rediss://` or `sentinel://` (`scaling.md`): carries notifications, jobs by Celery; "
        "needs PostgreSQL. Empty: the database and pipes do.",
    )
    engine_url: Annotated[str, AfterValidator(setting_values.engine)] = Field(
        "",
        description="`sc://host:port` of a Spark Connect server: aggregates, exports and SQL of very large tables go "
        "there (`scaling.md`). Empty: none.",
    )
    engine_min_rows: int = Field(
        5_000_000_000, ge=1, le=MAX_BYTES, description="From so many rows on a table is very large."
    )
    engine_min_bytes: int = Field(
        30_000_000_000, ge=1, le=MAX_BYTES, description="From so many bytes of parts on it is, too."
    )
    processes: int = Field(1, ge=1, le=256, description="API processes.")
    workers: int = Field(1, ge=0, le=256, description="Conversion worker processes started by `parquay serve`.")
    secret_key: Annotated[str, AfterValidator(setting_values.secret)] = Field(
        "", description="Signs tokens, at least 32 bytes; empty: generated into the data dir."
    )
    password_login: bool = Field(
        True, description="Whether names and passwords are taken; `False` needs `PARQUAY_OIDC_ISSUER`."
    )
    oidc_issuer: Annotated[str, AfterValidator(setting_values.issuer)] = Field(
        "", description="Issuer of an OpenID Connect provider to sign in by (`accounts.md`); empty: none."
    )
    oidc_client_id: str = Field("", description="What this service is called there.")
    oidc_client_secret: str = Field("", description="Its secret there; empty: a public client, by PKCE alone.")
    oidc_scopes: Annotated[str, AfterValidator(setting_values.scopes)] = Field(
        "openid profile email", description="Scopes that are asked for."
    )
    oidc_name: str = Field("", max_length=60, description="What the page calls the provider; empty: its host.")
    oidc_allow: Annotated[str, AfterValidator(setting_values.claim_rules)] = Field(
        "",
        description="Who may sign in by it: `groups=staff,@example.com` (any of them), or `*`, whoever it lets in. "
        "Must be set with the issuer.",
    )
    oidc_admins: Annotated[str, AfterValidator(setting_values.claim_rules)] = Field(
        "", description="Who of them administrates, decided at each sign-in; empty: it is left as it is."
    )
    demo_users: Annotated[str | None, AfterValidator(setting_values.accounts)] = Field(
        None, description="`name:password,…` made at start; unset: two demo accounts on loopback, else none."
    )
    open_registration: bool | None = Field(
        None, description="Whether anybody may register; unset: yes on loopback, else no."
    )
    max_size: int = Field(0, ge=0, le=MAX_BYTES, description="Largest upload in bytes; 0: no limit.")
    allowed_extensions: Annotated[str, AfterValidator(setting_values.endings)] = Field(
        "", description="Such as `.iso,.img`; empty: all."
    )
    quota_bytes: int = Field(
        0, ge=0, le=MAX_BYTES, description="Bytes for each user, of files and of all versions of tables; 0: any."
    )
    limit_requests: int = Field(0, ge=0, le=MAX_BYTES, description="Requests of each user in a minute; 0: any.")
    limit_uploads: int = Field(
        0, ge=0, le=MAX_BYTES, description="Uploads of each user whose bytes come at the same time; 0: any."
    )
    limit_bandwidth: int = Field(
        0, ge=0, le=MAX_BYTES, description="Bytes of uploads that are taken in of each user in a second; 0: any."
    )
    upload_ttl: int = Field(
        604800, ge=1, le=CENTURY, description="Seconds an unfinished upload is kept after its last byte."
    )
    idle_timeout: float = Field(60, gt=0, le=DAY, description="Seconds without a byte after which a body is cut.")
    min_rate: int = Field(
        64, ge=0, description="Bytes per second below which a body is cut after an idle timeout; 0: no minimum."
    )
    durability: Literal["strict", "relaxed"] = Field(
        "strict", description="`strict`: an acknowledged byte survives power loss; `relaxed`: a crash of the process."
    )
    public_url: Annotated[str, AfterValidator(setting_values.public_address)] = Field(
        "", description="Base of absolute URLs in answers, also with a path, such as `https://host/parquay`."
    )
    interim_answers: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Whether the IETF draft gets interim answers (104); `auto`: where no proxy stands between.",
    )
    trusted_proxies: Annotated[str, AfterValidator(setting_values.networks)] = Field(
        "", description="Addresses whose `X-Forwarded-*` is believed."
    )
    cors_origins: Annotated[str, AfterValidator(setting_values.origins)] = Field(
        "", description="Allowed browser origins, comma separated; never `*`."
    )
    tus_router: Literal["native", "tuspyserver"] = Field("native", description="Which router serves tus.")
    share_default: bool = Field(False, description="Whether a new file is visible to every user.")
    announce: Literal["off", "count", "names"] | None = Field(
        None,
        description="Whether other users who are connected hear that a file was added, without access to it: `names`"
        " says whose and which, `count` only that; unset: `names` on loopback, else `off`.",
    )
    fetch_allow: Annotated[str, AfterValidator(setting_values.reachable)] = Field(
        "",
        description="What imports from the web may reach beside public addresses: `10.0.0.0/8,10.1.2.3:80,.internal`.",
    )
    query_timeout: float = Field(30, gt=0, le=DAY, description="Seconds after which a query on a table ends with 408.")
    query_memory: int = Field(
        512 << 20, ge=64 << 20, description="Bytes of memory for the queries of one process together; they spill then."
    )
    sql_processes: int = Field(
        3, ge=1, le=64, description="Statements (`POST /sql`) that an API process runs at once, each in one of its own."
    )
    versions_kept: int = Field(100, ge=0, description="Versions of a table that are kept beside pinned ones; 0: all.")
    session_ttl: int = Field(604800, ge=60, le=CENTURY, description="Seconds a login lasts.")
    webhook_url: Annotated[str, AfterValidator(setting_values.address)] = Field(
        "", description="Receives signed hook events; empty: none."
    )
    webhook_secret: str = Field("", description="Signs webhook bodies.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")

    @field_validator("data_dir", "cache_dir", mode="before")
    @classmethod
    def _directory(cls, value: object) -> object:
        if value is None:
            return value
        path = Path(str(value)).expanduser()
        if not str(value).strip() or (path.exists() and not path.is_dir()):
            raise ValueError("must be a directory, or one that can be made")
        return value

    @field_validator("tls_cert", "tls_key", mode="before")
    @classmethod
    def _readable(cls, value: object) -> Path | None:
        path = Path(str(value)) if value else None
        if path is not None and not path.is_file():
            raise ValueError(f"{path} is no file")
        return path

    @model_validator(mode="after")
    def _what_goes_together(self) -> Settings:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("PARQUAY_WEBHOOK_SECRET must be set when PARQUAY_WEBHOOK_URL is")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("PARQUAY_TLS_CERT and PARQUAY_TLS_KEY must be set together")
        if self.oidc_issuer and not (self.oidc_client_id and self.oidc_allow):
            raise ValueError("PARQUAY_OIDC_CLIENT_ID and PARQUAY_OIDC_ALLOW must be set when PARQUAY_OIDC_ISSUER is")
        if not self.password_login and not self.oidc_issuer:
            raise ValueError("PARQUAY_PASSWORD_LOGIN can be off only when PARQUAY_OIDC_ISSUER is set")
        return self

    @cached_property
    def on_loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @cached_property
    def announced(self) -> Literal["off", "count", "names"]:
        """What others hear of a new file."""
        return self.announce or ("names" if self.on_loopback else "off")

    @cached_property
    def demo_accounts(self) -> tuple[tuple[str, str], ...]:
        """Accounts (name, password) to make at start; `admin` becomes an administrator."""
        text = self.demo_users
        if text is None:
            text = "test:password,admin:admin123" if self.on_loopback else ""
        return tuple((name, password) for name, _, password in (pair.partition(":") for pair in items(text)))

    @cached_property
    def registration_open(self) -> bool:
        """Whether `POST /auth/register` works."""
        wanted = self.on_loopback if self.open_registration is None else self.open_registration
        return wanted and self.password_login

    @cached_property
    def extensions(self) -> frozenset[str]:
        """Allowed file name extensions, lower case with the dot; empty: all."""
        return frozenset("." + item.lower().lstrip(".") for item in items(self.allowed_extensions))

    @cached_property
    def origins(self) -> frozenset[str]:
        """Browser origins that may call with credentials."""
        return frozenset(item.rstrip("/") for item in items(self.cors_origins))

    @cached_property
    def proxies(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Networks whose forwarding headers are believed."""
        return tuple(ipaddress.ip_network(item, strict=False) for item in items(self.trusted_proxies))

    @cached_property
    def root(self) -> Path:
        """Absolute data directory."""
        return self.data_dir.expanduser().resolve()

    @cached_property
    def cache_root(self) -> Path:
        """Absolute directory of copies of parts."""
        return self.root / "cache" if self.cache_dir is None else self.cache_dir.expanduser().resolve()

    @cached_property
    def sqlalchemy_url(self) -> str:
        """Database URL, SQLite in the data directory unless set; PostgreSQL always through psycopg 3."""
        url = self.database_url or f"sqlite:///{self.root / 'metadata.db'}"
        return url.replace("postgresql://", "postgresql+psycopg://", 1)


def load(env_file: str | None = ".env") -> Settings:
    """Read the settings from the environment and ``env_file``.

    Raises:
        SettingsError: a ``PARQUAY_*`` name is unknown or a value does not parse; the process must not start.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields} | OF_CLIENTS
    given = [*os.environ, *(dotenv_values(env_file) if env_file and Path(env_file).is_file() else ())]
    unknown = sorted(name for name in given if name.upper().startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]}: unknown setting")
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        raise SettingsError(_one_line(error)) from None


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    name = PREFIX + str(first["loc"][0]).upper() if first["loc"] else "settings"
    return f"{name}: {first['msg'].removeprefix('Value error, ')}"
