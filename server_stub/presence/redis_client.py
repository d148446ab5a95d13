"""The one way to Redis: nobody waits long for it, because a server does its work without it too."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

REDIS_TROUBLE = (RedisError, OSError)
"""What a Redis that is away raises."""

ANSWER_S_MAX = 2.0


def connect_to(redis_url: str) -> Redis:
    return Redis.from_url(
        redis_url,
        socket_connect_timeout=ANSWER_S_MAX,
        socket_timeout=ANSWER_S_MAX,
        health_check_interval=15,
        # Once, at once: for a connection that Redis closed while it lay idle.
        retry=Retry(NoBackoff(), 1),
    )
