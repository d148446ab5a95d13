"""A till that does nothing but exchange its credential, again and again: a program to be killed.

python -m tests.agent.rotating_till HOME URL
"""

import asyncio
import sys
from functools import partial
from pathlib import Path

from sync_agent import credentials
from sync_agent.network.session import Session
from sync_agent.network.transport import NetworkTransport
from sync_agent.ports import SystemClock
from sync_agent.store.home import Home


async def run(home: Home, url: str) -> None:
    stored = credentials.load(home)
    assert stored is not None
    transport = NetworkTransport(url)
    session = Session(transport, stored, SystemClock(), rotate=partial(credentials.rotate, home))
    while True:
        await session.token()
        session.forget()
        print("exchanged", flush=True)


if __name__ == "__main__":
    asyncio.run(run(Home(Path(sys.argv[1])), sys.argv[2]))
