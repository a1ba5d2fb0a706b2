"""The client's exceptions become ours here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError, PermissionDeniedError, UnauthenticatedError

from parquay.storage.chunks import StoreFault

RETRY_SECONDS = 5
"""When a client may come again that met an object store which does not answer."""


@contextmanager
def mapped() -> Iterator[None]:
    """Turn what the object store's client raises into what the seam promises.

    Raises:
        FileNotFoundError: there is no such object.
        FileExistsError: there is one.
        StoreFault: the store refuses the credentials, has no such bucket, fails or does not answer (503).
    """
    try:
        yield
    except (NotFoundError, FileNotFoundError) as error:
        raise FileNotFoundError(_line(error)) from error
    except AlreadyExistsError as error:
        raise FileExistsError(_line(error)) from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise StoreFault("The object store refuses the server's credentials.", retry_after=RETRY_SECONDS) from error
    except (BaseError, OSError) as error:  # timeouts while a body comes are OSErrors
        raise StoreFault("The object store does not answer.", retry_after=RETRY_SECONDS) from error


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0]
