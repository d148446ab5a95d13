"""The demonstration's shop: a home of its own for each server, signing in, and what to join it with."""

import asyncio
import shutil
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import httpx

from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.run import prepare
from server_stub.settings import Settings

_NAMES = ("alice", "bob", "ada")


@dataclass(frozen=True)
class SignedIn:
    user_id: str
    token: str

    @property
    def join(self) -> dict[str, Any]:
        return {
            "tenantId": "demo",
            "userId": self.user_id,
            "token": self.token,
            "locationId": "main",
            "features": ["changes"],
        }


async def demo_homes(folder: Path, *names: str) -> list[Path]:
    """A home with the demonstration's data for each name; made once and copied."""
    first, *others = [folder / name for name in names]
    await asyncio.to_thread(prepare, Settings(home=first), demo_data=True)
    for other in others:
        await asyncio.to_thread(shutil.copytree, first, other)
    return [first, *others]


async def sign_in(url: str) -> list[SignedIn]:
    """Everybody of the shop."""
    signed_in = []
    async with httpx.AsyncClient(base_url=url, timeout=30, trust_env=False) as http:
        for name in _NAMES:
            asked = {"tenantId": "demo", "username": name, "password": DEMO_PASSWORD}
            answer = await http.post("/api/v1/auth/login", json=asked)
            answer.raise_for_status()
            told = answer.json()["data"]
            signed_in.append(SignedIn(told["user"]["id"], told["accessToken"]))
    return signed_in


def joins(people: list[SignedIn], count: int) -> list[dict[str, Any]]:
    """As many joins, spread over the people: each of them may send so many events in a burst."""
    return [person.join for person in islice(cycle(people), count)]
