"""A counter that all processes of an installation share."""

from __future__ import annotations

from parquay.errors import Unavailable
from parquay.events.redis_server import RedisAddress


class RedisCounter:
    """Sums in Redis, each forgotten after its time; for many threads."""

    def __init__(self, address: RedisAddress) -> None:
        self._prefix = f"{address.prefix}:rate:"
        self._client = address.client()

    def add(self, key: str, count: int, seconds: int) -> int:
        """Add ``count`` to ``key``, which is forgotten after ``seconds``, and return its sum (blocking).

        Raises:
            Unavailable: Redis does not answer (503).
        """
        from redis import RedisError

        try:
            pipe = self._client.pipeline()
            pipe.incrby(self._prefix + key, count)
            pipe.expire(self._prefix + key, seconds)
            return int(pipe.execute()[0])
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {error}", "unavailable") from None
