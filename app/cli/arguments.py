"""Shared by the commands: declaring a command, and the --home option."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import platformdirs


def data_folder(name: str) -> Path:
    return Path(platformdirs.user_data_dir("evertill", appauthor=False)) / name


ASKS_FOR_PIN = "The person's PIN is asked for at the terminal, or taken from EVERTILL_PIN."
ASKS_FOR_SIGN_IN = "The person's password is asked for at the terminal, or taken from EVERTILL_PASSWORD."

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name


def command(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    return parser


def add_home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--home",
        type=Path,
        default=data_folder("till"),
        metavar="DIR",
        help="the till's folder (%(default)s)",
    )
