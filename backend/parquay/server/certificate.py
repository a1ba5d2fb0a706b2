"""The certificate that the settings name."""

from __future__ import annotations

from parquay.http1.certificates import Certificate
from parquay.settings import Settings, SettingsError


def certificate_of(settings: Settings) -> Certificate | None:
    """Read the certificate of the settings; None where something in front of the server speaks TLS, or nobody does.

    Raises:
        SettingsError: it cannot be read, or the key is another's.
    """
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    try:
        return Certificate(settings.tls_cert, settings.tls_key)
    except OSError as error:
        files = f"{settings.tls_cert}, {settings.tls_key}"
        reason = "the certificate and its key (PEM, without a password) cannot be used together"
        raise SettingsError(f"PARQUAY_TLS_CERT, PARQUAY_TLS_KEY: {files}: {error.strerror or reason}") from None
