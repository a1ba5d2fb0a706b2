"""Samples of a live signal in Redis: a sorted set of one value a second, by time, kept for a day."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from parquay.events.redis_server import RedisAddress

KEEP_SECONDS = 86_400
"""How long a sample is kept, in seconds."""

log = logging.getLogger(__name__)


class RedisSamples:
    """The samples of one signal; may be used by one thread at a time."""

    def __init__(self, address: RedisAddress, signal: str) -> None:
        self.key = f"{address.prefix}:samples:{signal}"
        self._client = address.client()
        self._is_up = True

    def keep(self, at: datetime, value: float, since: datetime) -> dict[datetime, float]:
        """Keep a sample; return those after ``since`` (blocking), only this one where Redis is away.

        Of two processes that keep one for the same second the first is right.
        """
        from redis import RedisError

        second = int(at.timestamp())
        try:
            pipe = self._client.pipeline()
            pipe.zremrangebyscore(self.key, "-inf", second - KEEP_SECONDS)
            pipe.zrangebyscore(self.key, second, second)
            if not pipe.execute()[1]:
                self._client.zadd(self.key, {f"{second}:{value!r}": second})
            found = self._client.zrangebyscore(self.key, f"({since.timestamp()}", second)
        except (RedisError, OSError) as error:
            if self._is_up:
                log.warning("samples are not kept in Redis", extra={"fields": {"error": str(error)}})
            self._is_up = False
            return {at: value}
        self._is_up = True
        pairs = [member.split(":") for member in found]
        return {datetime.fromtimestamp(int(moment), UTC): float(text) for moment, text in pairs}
