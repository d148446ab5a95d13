"""Texts for the codes and figures of the agent and the store.

A table for each vocabulary: attention and stored notices, faults, errors of the till's database, and why an
entry cannot be ended. A code that this release does not know gets a general text.
"""

import math
from collections.abc import Callable

from app.domain.vocabulary.shop_setting_names import setting_name
from resources.words import translate
from sync_agent.contract.codes import ErrorCode
from sync_agent.errors import CodeRefused, RejectedError, StoreError, SyncError, TransientError
from sync_agent.events import Attention, AttentionCode, Fault
from sync_agent.figures import Figures
from sync_agent.server_address import AddressProblem, BadAddress
from sync_agent.store import notices
from sync_agent.store.queue.dead_letters import CannotEnd, EndingProblem

Sentence = Callable[[Figures], str]


def attention_in_words(event: Attention) -> str:
    """The text of an event that needs attention."""
    return _text(event.code, event.figures)


def notice_in_words(kind: str, figures: Figures | None, message: str) -> str:
    """The text of a stored notice. Older releases stored the text itself: `message` is shown unchanged."""
    return message if figures is None else _text(kind, figures)


def fault_in_words(event: Fault) -> str:
    """The text of a fault in the agent."""
    if event.where == "copy":
        return translate("agent", "This till's copy of the shop differs from the server's.")
    words = translate("agent", "Sending has a fault ({what}); it was started again.")
    return words.format(what=event.where)


def error_in_words(error: Exception) -> str:
    """The text of an expected error."""
    if isinstance(error, CannotEnd):
        return _ENDING_PROBLEMS[error.problem]()
    if isinstance(error, SyncError):
        return _sync_error_in_words(error)
    if isinstance(error, StoreError) and error.cause:
        return _store_trouble({"code": error.code, "cause": error.cause}) or str(error)
    return str(error)


def _sync_error_in_words(error: SyncError) -> str:
    if isinstance(error, BadAddress):
        return _ADDRESS_PROBLEMS[error.problem]().format(given=error.given)
    if isinstance(error, CodeRefused):
        return translate(
            "enrolment", "This code is not right, or it was used already, or it is over. Ask for a new one."
        )
    if isinstance(error, RejectedError) and error.code == ErrorCode.TOO_EASY:
        return translate(
            "enrolment",
            "The password or the PIN is too easy to guess. Take a few words that do not belong together, and "
            "a PIN without rows, repeats, years or dates.",
        )
    if isinstance(error, TransientError) and error.code == ErrorCode.RATE_LIMITED:
        minutes = max(1, math.ceil((error.retry_after_s or 0) / 60))
        return translate("errors", "Too many tries. Wait %n minute(s), and try again.", minutes)
    return str(error)


def _text(code: str, figures: Figures) -> str:
    sentence = _SENTENCES.get(code)
    said = "" if sentence is None else sentence(figures)
    return said or translate("agent", "Something needs to be looked at ({code}).").format(code=code)


def _count(figures: Figures, name: str) -> int:
    value = figures.get(name, 0)
    return value if isinstance(value, int) else 0


def _refused(_figures: Figures) -> str:
    return translate("agent", "The server refused an operation.")


def _failed_alone(figures: Figures) -> str:
    times = _count(figures, "times")
    return translate("agent", "The server failed on it %n time(s), while others passed.", times)


def _too_large(_figures: Figures) -> str:
    return translate(
        "agent",
        "It is too large for the server. Nothing is lost: it is kept on this till, and can be exported.",
    )


def _copy_fetched_anew(_figures: Figures) -> str:
    return translate("agent", "This till's copy of the shop was not right; it is fetched anew.")


def _server_restored(figures: Figures) -> str:
    return translate(
        "agent",
        "The server was restored from a backup and had lost %n entry(ies) of this till. "
        "All were sent again; nothing is missing.",
        _count(figures, "count"),
    )


def _settings_set_back(figures: Figures) -> str:
    words = translate(
        "agent",
        "The server was restored from a backup, and these settings of the shop are as they were then: "
        "{settings}. Look whether they are right.",
    )
    names = str(figures.get("settings", "")).split()
    return words.format(settings=", ".join(f"“{setting_name(name)}”" for name in names))


def _key_in_file(_figures: Figures) -> str:
    return translate(
        "agent",
        "This system has no keyring, so the key to this till's credentials lies in a file that only its "
        "owner may read. Whoever can read this folder can be this till.",
    )


def _store_trouble(figures: Figures) -> str:
    """ "" where the problem has no text of its own."""
    cause = figures.get("cause", "")
    match figures.get("code"):
        case "disk_full":
            return translate("store", "The disk is full. Nothing was saved; free some space and try again.")
        case "store_corrupt":
            words = translate(
                "store",
                "The till's database is damaged: {cause}. Close this till and start it again: it then saves "
                "everything that can be read, and goes on.",
            )
            return words.format(cause=cause)
        case "store_unavailable":
            words = translate("store", "The till's database cannot be used just now: {cause}")
            return words.format(cause=cause)
        case _:
            return str(cause)


def _repaired(figures: Figures) -> str:
    saved = translate(
        "store",
        "This till's database was damaged and was set aside. {entries} entries were saved from it, "
        "{waiting} of them not sent yet.",
    )
    said = [saved.format(entries=_count(figures, "entries"), waiting=_count(figures, "waiting"))]
    if _count(figures, "lost"):
        said.append(
            translate(
                "store",
                "Some of it could not be read: compare the drawer and the receipts with the books.",
            )
        )
    if _count(figures, "numbers_left_out"):
        further = translate("store", "Receipt numbers go on {count} further, so that none is used twice.")
        said.append(further.format(count=_count(figures, "numbers_left_out")))
    if not _count(figures, "enrolled"):
        said.append(translate("store", "This till must be enrolled again; what it has not sent is kept."))
    path = translate("store", "The damaged file is kept at {path}.")
    said.append(path.format(path=figures.get("path", "")))
    return " ".join(said)


_SENTENCES: dict[str, Sentence] = {
    AttentionCode.OPERATION_REFUSED: _refused,
    AttentionCode.OPERATION_FAILED_ALONE: _failed_alone,
    AttentionCode.OPERATION_TOO_LARGE: _too_large,
    AttentionCode.COPY_FETCHED_ANEW: _copy_fetched_anew,
    AttentionCode.SERVER_RESTORED: _server_restored,
    AttentionCode.STORE_FAILED: _store_trouble,
    AttentionCode.KEY_IN_FILE: _key_in_file,
    notices.SETTINGS_SET_BACK: _settings_set_back,
    notices.DATABASE_REPAIRED: _repaired,
}


def plain_in_words(server_url: str) -> str:
    """That what goes to this server is not encrypted."""
    words = translate(
        "enrolment",
        "The connection to {server} is not encrypted: others in the network can read passwords and sales. "
        "Ask whoever runs the server for its https:// address, and enrol this till again with it.",
    )
    return words.format(server=server_url)


_ADDRESS_PROBLEMS: dict[AddressProblem, Callable[[], str]] = {
    AddressProblem.EMPTY: lambda: translate("enrolment", "Type the server’s address first."),
    AddressProblem.NOT_AN_ADDRESS: lambda: translate(
        "enrolment", "“{given}” is not an address of a server. It looks like https://tills.example.com."
    ),
    AddressProblem.SCHEME: lambda: translate(
        "enrolment", "“{given}” is not an address of a server: it begins with https://."
    ),
    AddressProblem.USER: lambda: translate(
        "enrolment", "An address has no user name and no password in it: leave out what stands before the @."
    ),
    AddressProblem.MORE: lambda: translate(
        "enrolment", "“{given}” says too much: only the server is named, as in https://tills.example.com."
    ),
    AddressProblem.PLAIN: lambda: translate(
        "enrolment",
        "“{given}” is not encrypted: everybody in the network could read the password, and whatever this "
        "till sends. Use an address with https://, or tick the box below to do without encryption.",
    ),
}


_ENDING_PROBLEMS: dict[EndingProblem, Callable[[], str]] = {
    EndingProblem.NOT_HERE: lambda: translate("endings", "This entry is not on this till."),
    EndingProblem.NOT_REFUSED: lambda: translate(
        "endings", "This entry needs nobody's attention: it was sent meanwhile, or it still waits."
    ),
    EndingProblem.SALE_NOT_CHANGED: lambda: translate(
        "endings", "A completed sale is never changed. Refund it instead."
    ),
    EndingProblem.SALE_NOT_DISCARDED: lambda: translate(
        "endings",
        "A completed sale cannot be discarded: the goods have left the shop. Try it again, or export it.",
    ),
    EndingProblem.SALE_NOT_WITHDRAWN: lambda: translate(
        "endings", "A completed sale is never taken back. Refund it instead."
    ),
    EndingProblem.KIND_NOT_CHANGED: lambda: translate(
        "endings", "Entries of this kind are tried again or discarded, not changed."
    ),
    EndingProblem.DELETION_NOT_CHANGED: lambda: translate(
        "endings", "A deletion is tried again or discarded: there is nothing in it to change."
    ),
}
