"""Why the server did not do what a person asked in their own name: in words, at the field it is about."""

import math
from dataclasses import dataclass
from enum import Enum, auto

from app.ui.widgets.theme import Tone
from resources.words import translate
from sync_agent.contract.codes import ErrorCode
from sync_agent.errors import ProtocolError, SyncError
from sync_agent.server_address import BadAddress


class At(Enum):
    """What a refusal is about."""

    PASSWORD = auto()
    CODE = auto()
    ALL_OF_IT = auto()


@dataclass(frozen=True)
class Refused:
    """`tone` is WARN where nothing is wrong, and only more is needed."""

    at: At
    words: str
    tone: Tone = Tone.BAD


def refused(error: SyncError, *, with_code: bool) -> Refused:
    """What to say of an error. `with_code`: a code was sent beside the password."""
    code = getattr(error, "code", None)
    if code == ErrorCode.UNAUTHORIZED:
        return _wrong(with_code)
    if code == ErrorCode.SECOND_FACTOR_NEEDED:
        words = translate(
            "account", "Now the code that your authenticator app shows, or one of your recovery codes."
        )
        return Refused(At.CODE, words, Tone.WARN)
    return Refused(At.ALL_OF_IT, _words(error, code))


def _wrong(with_code: bool) -> Refused:
    if with_code:
        words = translate(
            "account",
            "User name, password or code is not right. Each code works once: wait for the next one.",
        )
        return Refused(At.CODE, words)
    return Refused(At.PASSWORD, translate("account", "User name or password is not right."))


def _words(error: SyncError, code: str | None) -> str:
    if code == ErrorCode.RATE_LIMITED:
        minutes = max(1, math.ceil((getattr(error, "retry_after_s", None) or 0) / 60))
        return translate("errors", "Too many tries. Wait %n minute(s), and try again.", minutes)
    if isinstance(error, ProtocolError):
        return translate(
            "account", "This till and its server are of different ages: one of them has to be updated first."
        )
    if code is None or isinstance(error, BadAddress):
        return translate(
            "account", "This needs the server, which does not answer. Try it again with a connection."
        )
    known: dict[str, str] = {
        ErrorCode.FORBIDDEN: translate("account", "This account may not do this. Nothing was changed."),
        ErrorCode.SECOND_FACTOR_MISSING: translate(
            "account",
            "The shop wants a second factor of this account, which has to be set up first: in the settings, "
            "under “You”.",
        ),
        ErrorCode.NOT_FOUND: translate(
            "account", "This server is too old for this: whoever runs it has to update it first."
        ),
    }
    return known.get(code) or translate("account", "The server did not take this. Nothing was changed.")
