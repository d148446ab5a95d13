"""The Redis client. Timeouts are short, because the server works without Redis too."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

REDIS_TROUBLE = (RedisError, OSError)
"""What an unavailable Redis raises."""

ANSWER_S_MAX = 2.0


def connect_to(redis_url: str) -> Redis:
    return Redis.from_url(
        redis_url,
        socket_connect_timeout=ANSWER_S_MAX,
        socket_timeout=ANSWER_S_MAX,
        health_check_interval=15,
        # One immediate retry, for a connection that Redis closed while it was idle.
        retry=Retry(NoBackoff(), 1),
    )
