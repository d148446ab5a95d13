"""`evertill second-factor`: a code from an authenticator app beside one's password."""

import argparse
import asyncio
import getpass
import os
from dataclasses import replace
from io import StringIO
from typing import TYPE_CHECKING

from app.cli.arguments import ASKS_FOR_SIGN_IN, Commands, command
from app.terminal import say

if TYPE_CHECKING:
    from sync_agent.contract.identity import SecondFactorOffer
    from sync_agent.person_session import Account
    from sync_agent.ports import Transport


def add_command(commands: Commands, default_server: str) -> None:
    parser = command(
        commands, "second-factor", _second_factor, "set up a code from an app beside your password, or end it"
    )
    parser.add_argument("--server", default=default_server, metavar="URL")
    parser.add_argument("--tenant", required=True, metavar="ID", help="the shop")
    parser.add_argument("--user", required=True, metavar="NAME", help="your user name")
    parser.add_argument(
        "--insecure", action="store_true", help="do without encryption: nobody else uses this network"
    )
    parser.add_argument("--end", action="store_true", help="do without it again")
    parser.epilog = ASKS_FOR_SIGN_IN


def _second_factor(arguments: argparse.Namespace) -> int:
    from app.bootstrap import to_server
    from sync_agent import second_factor
    from sync_agent.person_session import Account

    async def ask() -> None:
        async with to_server(arguments.server, insecure=arguments.insecure) as transport:
            account = Account(arguments.tenant, arguments.user, _password(arguments.user))
            if arguments.end:
                await second_factor.end(transport, replace(account, code=_ask("A code of it: ")))
                say("Your password alone signs in again.")
                return
            offer, account = await _begin(transport, account)
            _show(offer.link, offer.secret)
            confirmed = await second_factor.confirm(transport, account, _ask("The code that it shows now: "))
            say("From now on signing in takes a code. Each of these works once in its place; keep them:")
            for code in confirmed.recovery_codes:
                say(f"  {code}")

    asyncio.run(ask())
    return 0


async def _begin(transport: "Transport", account: "Account") -> "tuple[SecondFactorOffer, Account]":
    """Asks for a code of the former second factor where there is one."""
    from sync_agent import second_factor
    from sync_agent.contract.codes import ErrorCode
    from sync_agent.errors import AuthError

    try:
        return await second_factor.begin(transport, account), account
    except AuthError as error:
        if error.code != ErrorCode.SECOND_FACTOR_NEEDED:
            raise
    known = replace(account, code=_ask("A code of your present app, or a recovery code: "))
    return await second_factor.begin(transport, known), account


def _show(link: str, secret: str) -> None:
    from qrcode.main import QRCode

    picture = QRCode()
    picture.add_data(link)
    drawn = StringIO()
    picture.print_ascii(out=drawn, invert=True)
    for line in drawn.getvalue().splitlines():
        say(line)
    say(f"Scan this with an authenticator app, or type the secret into it: {secret}")


def _password(user: str) -> str:
    return os.environ.get("EVERTILL_PASSWORD") or getpass.getpass(f"Password of {user}: ")


def _ask(words: str) -> str:
    return input(words).strip()
