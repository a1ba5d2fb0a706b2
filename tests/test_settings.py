"""Every setting: how it is given, what is refused and by which name, what follows from it."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest

import parquay
from parquay.settings import Settings, SettingsError, load


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch):
    """Load settings from variables: `given(max_size="5")`."""

    def read(**variables: str) -> Settings:
        for name, value in variables.items():
            monkeypatch.setenv(f"PARQUAY_{name.upper()}", value)
        return load(None)

    return read


def test_without_variables_the_defaults_of_the_contract_hold(given):
    settings = given()

    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path("data/var"))
    assert (settings.processes, settings.workers, settings.max_size, settings.quota_bytes) == (1, 1, 0, 0)
    assert (settings.upload_ttl, settings.idle_timeout, settings.durability) == (604_800, 60, "strict")
    assert (settings.tus_router, settings.share_default) == ("native", False)
    assert settings.extensions == settings.origins == frozenset()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("engine_url", "http://spark:15002"),
        ("engine_url", "spark:15002"),
        ("engine_url", "sc://"),
        ("engine_url", "sc://spark:15002/path"),
        ("port", "0"),
        ("port", "65536"),
        ("port", "http"),
        ("processes", "0"),
        ("workers", "-1"),
        ("max_size", "-1"),
        ("max_size", "1 GB"),
        ("quota_bytes", "many"),
        ("upload_ttl", "0"),
        ("idle_timeout", "0"),
        ("durability", "maybe"),
        ("secret_key", "short"),
        ("cors_origins", "*"),
        ("cors_origins", "https://a.example,*"),
        ("demo_users", "test"),
        ("demo_users", "test:"),
        ("trusted_proxies", "everybody"),
        ("storage_url", "ftp://x"),
        ("database_url", "mysql://h/d"),
        ("database_url", "postgresql+psycopg2://h/d"),
        ("database_url", "metadata.db"),
        ("database_url", "sqlite://"),
        ("database_url", "sqlite:///"),
        ("database_url", "sqlite:///:memory:"),
        ("storage_url", "file://relative/uploads"),
        ("storage_url", "file://"),
        ("storage_url", "file:///etc/hostname"),
        ("data_dir", ""),
        ("data_dir", "/etc/hostname"),
        ("host", "http://localhost"),
        ("host", "a b"),
        ("host", ""),
        ("allowed_extensions", "*"),
        ("allowed_extensions", ".csv,*.tsv"),
        ("allowed_extensions", "."),
        ("allowed_extensions", ","),
        ("max_size", str(2**63)),
        ("quota_bytes", str(2**63)),
        ("allowed_extensions", "a/b"),
        ("public_url", "x.example"),
        ("public_url", "ftp://x.example"),
        ("public_url", "https://"),
        ("public_url", "https://x.example/?a=b"),
        ("public_url", "https://user:word@x.example"),
        ("public_url", "https://x.example:port"),
        ("webhook_url", "x.example/hook"),
        ("cors_origins", "app.example"),
        ("cors_origins", "https://app.example/page"),
        ("cors_origins", "null"),
        ("demo_users", "ann:secret word,Ann:another"),
        ("upload_ttl", "99999999999999"),
        ("session_ttl", "99999999999999"),
        ("idle_timeout", "inf"),
        ("query_timeout", "nan"),
        ("tus_router", "other"),
        ("share_default", "perhaps"),
        ("log_level", "loud"),
        ("tls_cert", "/nowhere/chain.pem"),
        ("tls_key", "/etc"),
    ],
)
def test_a_value_that_does_not_parse_is_refused_in_one_line_that_names_it(given, name: str, value: str):
    with pytest.raises(SettingsError) as caught:
        given(**{name: value})

    assert str(caught.value).startswith(f"PARQUAY_{name.upper()}: ")
    assert "\n" not in str(caught.value)


def test_a_certificate_needs_its_key(given, tmp_path: Path):
    (tmp_path / "chain.pem").write_text("")

    with pytest.raises(SettingsError, match="PARQUAY_TLS_CERT and PARQUAY_TLS_KEY must be set together"):
        given(tls_cert=str(tmp_path / "chain.pem"))


def test_an_unknown_name_is_refused_in_one_line_that_names_it(given):
    with pytest.raises(SettingsError, match=r"^PARQUAY_MAX_SISE: unknown setting$"):
        given(max_sise="5")


def test_an_unknown_name_in_the_file_is_refused_too(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("PARQUAY_PROT=1\nOTHER=2\n")

    with pytest.raises(SettingsError, match="PARQUAY_PROT"):
        load(str(file))


def test_a_file_gives_values_and_the_environment_wins(tmp_path: Path, monkeypatch):
    file = tmp_path / ".env"
    file.write_text("PARQUAY_PORT=9000\nPARQUAY_MAX_SIZE=7\nHOME=/nowhere\n")
    monkeypatch.setenv("PARQUAY_PORT", "9001")

    settings = load(str(file))

    assert (settings.port, settings.max_size) == (9001, 7)


def test_a_secret_is_never_in_the_message(given):
    with pytest.raises(SettingsError) as caught:
        given(secret_key="hunter2")

    assert "hunter2" not in str(caught.value)


def test_a_webhook_needs_a_secret(given):
    with pytest.raises(SettingsError, match="PARQUAY_WEBHOOK_SECRET"):
        given(webhook_url="https://hooks.example")

    assert given(webhook_url="https://hooks.example", webhook_secret="x" * 32).webhook_url


def test_settings_never_change(given):
    with pytest.raises(ValueError, match="frozen"):
        given().port = 1


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("127.8.8.8", True),
        ("0.0.0.0", False),
        ("example.org", False),
    ],
)
def test_accounts_for_trying_exist_on_this_machine_alone(given, host: str, loopback: bool):
    settings = given(host=host)

    assert settings.on_loopback is loopback
    assert bool(settings.demo_accounts) is loopback
    assert settings.registration_open is loopback


def test_what_is_told_wins_over_where_it_listens(given):
    settings = given(host="0.0.0.0", demo_users="ann:pass:word, bob:x", open_registration="true")

    assert settings.demo_accounts == (("ann", "pass:word"), ("bob", "x"))
    assert settings.registration_open
    assert given(host="127.0.0.1", demo_users="").demo_accounts == ()


@pytest.mark.parametrize("value", [".iso,.img", "iso, IMG", " .ISO ,,img"])
def test_extensions_are_read_in_every_spelling(given, value: str):
    assert given(allowed_extensions=value).extensions == {".iso", ".img"}


def test_lists_are_split(given):
    settings = given(cors_origins="https://a.example/, https://b.example", trusted_proxies="10.0.0.0/8,::1")

    assert settings.origins == {"https://a.example", "https://b.example"}
    assert [str(network) for network in settings.proxies] == ["10.0.0.0/8", "::1/128"]


def test_the_database_is_in_the_data_directory_unless_told(given, tmp_path: Path):
    settings = given(data_dir=str(tmp_path / "x"))

    assert settings.root == tmp_path / "x"
    assert settings.sqlalchemy_url == f"sqlite:///{tmp_path / 'x' / 'metadata.db'}"
    for url in ("postgresql+psycopg://h/d", "postgresql://h/d"):
        assert given(database_url=url).sqlalchemy_url == "postgresql+psycopg://h/d"


def test_the_developers_own_variables_never_reach_a_test():
    assert [name for name in os.environ if name.upper().startswith("PARQUAY_")] == []


def test_names_that_are_for_client_commands_start_a_server_too(given):
    assert given(url="http://127.0.0.1:1", token="secret").port == 8000


def test_settings_are_read_only_where_the_parts_are_put_together():
    package = Path(parquay.__file__).parent
    readers = {
        module.relative_to(package).parts[0].removesuffix(".py")
        for module in package.rglob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr == "settings"
    }

    assert readers <= {"wiring", "app", "server", "cli"}
