"""A till's session gives out no token while it is suspended."""

from collections.abc import Mapping
from typing import Any

import pytest

from sync_agent.contract import paths
from sync_agent.credentials import Credentials
from sync_agent.errors import TransientError
from sync_agent.network.session import Session
from sync_agent.ports import Channel, EventHandler, SystemClock


class Server:
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, str] | None = None,
        token: str | None = None,
        request_id: str | None = None,
    ) -> Any:
        self.asked.append(path)
        return {"accessToken": f"access-{len(self.asked)}", "refreshToken": "device", "expiresIn": 900}

    async def open_channel(self, token: str, on_event: EventHandler) -> Channel:
        raise AssertionError("not asked for here")

    async def close(self) -> None:
        return None


async def test_a_suspended_session_neither_gives_its_token_nor_asks_for_one() -> None:
    server = Server()
    session = Session(server, Credentials("device", "pepper"), SystemClock())
    first = await session.token()
    session.suspend()
    for _ in range(2):
        with pytest.raises(TransientError):
            await session.token()
        session.forget()
    assert server.asked == [paths.REFRESH]
    session.resume()
    assert await session.token() != first, "the forgotten one is not given again"
    assert server.asked == [paths.REFRESH] * 2
