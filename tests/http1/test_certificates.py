"""A certificate is renewed for new connections, and never by half."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from certificates import write_pair
from parquay.http1.certificates import Certificate


def shown(certificate: Certificate, trusted: Path) -> bool:
    """Whether a client that trusts `trusted` alone finishes a handshake with the server."""
    client = ssl.create_default_context(cafile=str(trusted))
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(to_client, to_server, server_hostname="localhost")
    there = certificate.context.wrap_bio(to_server, to_client, server_side=True)
    for _ in range(4):
        for side in (here, there):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLError:
                return False
    return here.version() in ("TLSv1.2", "TLSv1.3")


def test_what_the_files_hold_is_shown_and_what_they_hold_later(tmp_path: Path) -> None:
    chain, key = write_pair(tmp_path)
    first = tmp_path / "first.pem"
    first.write_bytes(chain.read_bytes())
    certificate = Certificate(chain, key)

    assert shown(certificate, first)
    assert not certificate.renew()

    write_pair(tmp_path)

    assert certificate.renew()
    assert shown(certificate, chain)
    assert not shown(certificate, first)


def test_half_of_a_pair_is_not_used(tmp_path: Path) -> None:
    chain, key = write_pair(tmp_path)
    first, old_key = chain.read_bytes(), key.read_bytes()
    certificate = Certificate(chain, key)
    (tmp_path / "first.pem").write_bytes(first)
    write_pair(tmp_path)
    new_key = key.read_bytes()
    key.write_bytes(old_key)

    assert not certificate.renew()
    assert shown(certificate, tmp_path / "first.pem")

    key.write_bytes(new_key)

    assert certificate.renew()
    assert shown(certificate, chain)


def test_files_that_go_away_leave_what_was_read(tmp_path: Path) -> None:
    chain, key = write_pair(tmp_path)
    first = tmp_path / "first.pem"
    first.write_bytes(chain.read_bytes())
    certificate = Certificate(chain, key)
    key.unlink()

    assert not certificate.renew()
    assert shown(certificate, first)


@pytest.mark.parametrize("wrong", ["another key", "a password", "no certificate"])
def test_what_cannot_be_used_is_refused_and_nobody_is_asked(tmp_path: Path, wrong: str) -> None:
    chain, key = write_pair(tmp_path, password=b"secret" if wrong == "a password" else None)
    if wrong == "another key":
        other = tmp_path / "other"
        other.mkdir()
        key = write_pair(other)[1]
    if wrong == "no certificate":
        chain.write_text("nothing")

    with pytest.raises(ssl.SSLError):
        Certificate(chain, key)
