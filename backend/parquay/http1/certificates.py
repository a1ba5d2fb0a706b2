"""The certificate of a server that speaks TLS by itself, and its renewal while connections go on."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

log = logging.getLogger(__name__)

_Stamps = tuple[tuple[int, int, int], ...]


class Certificate:
    """A certificate chain and its key, both PEM files, as a context for new connections."""

    def __init__(self, chain: Path, key: Path) -> None:
        """Read both.

        Raises:
            OSError: a file cannot be read.
            ssl.SSLError: one is no PEM, the key is another's, or it has a password.
        """
        self._chain, self._key = chain, key
        self._stamps = self._looked_at()
        self.context = self._loaded()

    def _loaded(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # TLS 1.2 and newer
        context.set_alpn_protocols(["http/1.1"])
        self._load_into(context)
        return context

    def _load_into(self, context: ssl.SSLContext) -> None:
        context.load_cert_chain(self._chain, self._key, password=lambda: "")  # else OpenSSL asks on the terminal

    def renew(self) -> bool:
        """Use what the files hold now for connections from here on; tell whether that is something else.

        They are written one after the other: while they do not belong together, the old ones stay.
        """
        try:
            stamps = self._looked_at()
            if stamps == self._stamps:
                return False
            self._stamps = stamps
            self._loaded()  # apart, because a context that was given half of a pair answers nobody
            self._load_into(self.context)
        except OSError as error:  # ssl.SSLError is one
            log.warning("the renewed certificate cannot be used yet: %s", error)
            return False
        log.info("the certificate was renewed")
        return True

    def _looked_at(self) -> _Stamps:
        found = (path.stat() for path in (self._chain, self._key))
        return tuple((each.st_mtime_ns, each.st_ino, each.st_size) for each in found)
