"""A manager with an authenticator app, at the commands: set up, enrol a till, end it, lose it."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest

from app.cli.main import main as evertill
from server_stub.cli.demo_data import DEMO_PASSWORD
from server_stub.settings import Settings
from tests.kit.servers import open_shop


class Hands:
    """Types what a command asks for, and remembers what it asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.answers: Iterator[Callable[[], str]] = iter(())

    def type(self, words: str) -> str:
        self.asked.append(words)
        return next(self.answers)()


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    hands = Hands()
    monkeypatch.setattr("builtins.input", hands.type)
    monkeypatch.setenv("EVERTILL_PASSWORD", DEMO_PASSWORD)
    return hands


async def test_from_the_set_up_to_the_loss(
    settings: Settings,
    tmp_path: Path,
    hands: Hands,
    capsys: pytest.CaptureFixture[str],
    logs_stay_as_they_are: Any,
) -> None:
    async def run(*arguments: str) -> tuple[int, str]:
        code = await asyncio.to_thread(evertill, list(arguments))
        told = capsys.readouterr()
        return code, told.out + told.err

    async with open_shop(settings) as shop:
        alice = ("--server", shop.url, "--tenant", "demo", "--user", "alice")
        told = ""
        step = 0

        def code_of_the_app() -> str:
            secret = re.findall(r"[A-Z2-7]{32}", capsys.readouterr().out)[-1]
            nonlocal told, step
            told = secret
            step = int(time.time()) // 30
            return pyotp.TOTP(secret).generate_otp(step)

        hands.answers = iter([code_of_the_app])
        code, words = await run("second-factor", *alice)
        assert code == 0, words
        recovery = re.findall(r"  ([a-z2-7]{4}(?:-[a-z2-7]{4}){3})", words)
        assert len(recovery) == 10

        # A till is enrolled: the command asks for a code as soon as the server wants one.
        hands.asked.clear()
        hands.answers = iter([lambda: recovery[0]])
        till = ("--home", str(tmp_path / "till"), "--location", "main", "--name", "Till 1")
        code, words = await run("enroll", *till, *alice)
        assert (code, "Till 1 is a till of Marlow & Finch now." in words) == (0, True), words
        assert len(hands.asked) == 1

        # Another app, by a recovery code and the next code of its own; then none.
        hands.answers = iter([lambda: recovery[1], code_of_the_app])
        code, words = await run("second-factor", *alice)
        assert code == 0, words
        recovery = re.findall(r"  ([a-z2-7]{4}(?:-[a-z2-7]{4}){3})", words)
        hands.answers = iter([lambda: recovery[0]])
        assert (await run("second-factor", "--end", *alice))[0] == 0
        await shop.sign_in("demo", "alice")

        # One that was lost is taken away by the operator.
        hands.answers = iter([code_of_the_app])
        assert (await run("second-factor", *alice))[0] == 0
        reset = ("--home", str(shop.home), "--tenant", "demo", "--user", "alice")
        assert (await run("server", "reset-second-factor", *reset))[0] == 0
        code, words = await run("server", "reset-second-factor", *reset)
        assert (code, "alice has no second factor" in words) == (2, True)
        await shop.sign_in("demo", "alice")
