"""One way to ask the server for something, and one way to say what is wrong."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync_agent.contract import paths
from sync_agent.contract.codes import ErrorCode
from sync_agent.contract.streams import ChangesPage, StreamDigest, tenant_stream
from sync_agent.credentials import Credentials
from sync_agent.errors import AuthError, ProtocolError, TransientError
from sync_agent.network.reader import Reader, RequestRefused
from sync_agent.network.session import Session
from sync_agent.network.transport import NetworkTransport
from sync_agent.ports import SystemClock
from tests.kit.demo import TENANT
from tests.kit.links import Link
from tests.kit.world import World

STREAM = tenant_stream(TENANT)


@pytest.fixture
async def link(tmp_path: Path) -> AsyncIterator[tuple[Link, Reader]]:
    """A way to a real server, and a reader with a till's credential over it."""
    async with World(tmp_path) as world:
        [till] = world.tills
        assert till.opened.credentials is not None
        link = Link(NetworkTransport(world.url))
        yield link, Reader(link, Session(link, till.opened.credentials, SystemClock()))
        await link.close()


async def test_what_is_asked_for_comes_as_its_model_and_what_is_none_is_not_asked(
    link: tuple[Link, Reader],
) -> None:
    _, reader = link
    page = await reader.fetch(paths.CHANGES, ChangesPage, stream=STREAM, after=0, limit=3, changeId=None)
    assert [change.seq for change in page.changes] == [1, 2, 3]
    assert (await reader.fetch(paths.DIGEST, StreamDigest, stream=STREAM)).seq >= page.head


async def test_what_goes_wrong_is_one_of_four_errors(link: tuple[Link, Reader]) -> None:
    way, reader = link
    with pytest.raises(RequestRefused) as refused:
        await reader.fetch(paths.CHANGES, ChangesPage, stream=STREAM, after=10**6)
    assert refused.value.code == ErrorCode.CURSOR_EXPIRED
    with pytest.raises(ProtocolError, match="cannot be read"):
        await reader.fetch(paths.DIGEST, ChangesPage, stream=STREAM)
    stranger = Reader(way, Session(way, Credentials("no token of this shop", "pepper"), SystemClock()))
    with pytest.raises(AuthError):
        await stranger.fetch(paths.DIGEST, StreamDigest, stream=STREAM)
    await way.cut()
    with pytest.raises(TransientError):
        await reader.fetch(paths.DIGEST, StreamDigest, stream=STREAM)
