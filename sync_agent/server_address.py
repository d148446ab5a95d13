"""The server's address as a person types it: one normal form, and whether what goes there is encrypted.

An address without a scheme means https, and never anything else after that failed. Whether an address is
this computer's own is read from the address alone: a name such as `127.0.0.1.example.com` is a name like any
other, and so is one that happens to resolve to this computer today.
"""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import idna

from sync_agent.errors import SyncError

_PORTS = {"http": 80, "https": 443}
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_HOST_MAX = 253
_UNPRINTED = re.compile(r"[\s\x00-\x1f\x7f\\]")


class AddressProblem(StrEnum):
    """Why something is no address of a server."""

    EMPTY = "empty"
    NOT_AN_ADDRESS = "not_an_address"
    SCHEME = "scheme"
    """A scheme other than http and https."""
    USER = "user"
    """A user name or a password in it: browsers hide those, and they end up in logs."""
    MORE = "more"
    """A path, a query or a fragment: only the server is named."""
    PLAIN = "plain"
    """`http` to another computer, and nobody has asked for that."""


class BadAddress(SyncError):
    """A server's address that is not used. A host words it by `problem`; `str()` is English, for commands."""

    def __init__(self, problem: AddressProblem, given: str) -> None:
        super().__init__(_ENGLISH[problem].format(given=_shown(given)))
        self.problem = problem
        self.given = _shown(given)


_ENGLISH = {
    AddressProblem.EMPTY: "the address of the server is missing",
    AddressProblem.NOT_AN_ADDRESS: "{given} is not an address of a server",
    AddressProblem.SCHEME: "{given}: an address begins with https://",
    AddressProblem.USER: "an address has no user name and no password in it",
    AddressProblem.MORE: "{given}: only the server is named, as https://tills.example.com",
    AddressProblem.PLAIN: (
        "{given} is not encrypted: everybody in the network could read the password and whatever this till"
        " sends. Use https://, or say --insecure to do without it"
    ),
}


@dataclass(frozen=True)
class ServerAddress:
    """A server's address in its normal form, as `https://tills.example.com:8765`."""

    url: str
    is_own: bool
    """It is this computer's own: `localhost`, or a literal loopback address."""

    @property
    def is_plain(self) -> bool:
        """What is sent there can be read on the way."""
        return self.url.startswith("http://") and not self.is_own


def read_address(typed: str) -> ServerAddress:
    """The address that somebody typed. Raises BadAddress."""
    text = typed.strip()
    if not text:
        raise BadAddress(AddressProblem.EMPTY, typed)
    if _UNPRINTED.search(text):
        raise BadAddress(AddressProblem.NOT_AN_ADDRESS, typed)
    named = _SCHEME.match(text)
    scheme = named.group(1).lower() if named else "https"
    if scheme not in _PORTS:
        raise BadAddress(AddressProblem.SCHEME, typed)
    try:
        parts = urlsplit(f"{scheme}://{text[named.end() :] if named else text}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise BadAddress(AddressProblem.NOT_AN_ADDRESS, typed) from error
    if "@" in parts.netloc:
        raise BadAddress(AddressProblem.USER, typed)
    if parts.path not in ("", "/") or "?" in text or "#" in text:
        raise BadAddress(AddressProblem.MORE, typed)
    written = None if host is None or port == 0 or parts.netloc.endswith(":") else _host(host)
    if written is None:
        raise BadAddress(AddressProblem.NOT_AN_ADDRESS, typed)
    after = "" if port in (None, _PORTS[scheme]) else f":{port}"
    return ServerAddress(f"{scheme}://{written}{after}", _is_loopback(written))


def read_safe_address(typed: str, *, insecure: bool) -> ServerAddress:
    """`read_address` where secrets follow: what is not encrypted is refused unless `insecure` asks for it."""
    address = read_address(typed)
    if address.is_plain and not insecure:
        raise BadAddress(AddressProblem.PLAIN, address.url)
    return address


def is_plain(url: str) -> bool:
    """Whether what goes to a stored address can be read on the way; also of what no person could type now.

    What cannot be understood counts as readable, unless it says https.
    """
    try:
        return read_address(url).is_plain
    except BadAddress:
        return not url.strip().lower().startswith("https://")


def is_own(url: str) -> bool:
    """Whether a stored address is this computer's own."""
    try:
        return read_address(url).is_own
    except BadAddress:
        return False


def _host(host: str) -> str | None:
    """A host in lower case and ASCII, as it is connected to; an IPv6 address in its brackets."""
    if ":" in host:
        try:
            return f"[{ipaddress.IPv6Address(host)}]" if "%" not in host else None
        except ValueError:
            return None
    try:
        written = host if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return None
    # A trailing dot is the same name, and no certificate has it.
    written = written.lower().removesuffix(".")
    is_name = len(written) <= _HOST_MAX and all(_LABEL.fullmatch(part) for part in written.split("."))
    return written if is_name else None


def _is_loopback(host: str) -> bool:
    """`127.1` and `2130706433` are no literals that everybody reads alike, and count as names."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


_SHOWN_MAX = 100
_SECRET = re.compile(r"//[^/?#]*@")


def _shown(given: str) -> str:
    """What was typed, for a message: short, on one line, and without the password that stood in it."""
    text = _SECRET.sub("//…@", " ".join(given.split()))
    return text if len(text) <= _SHOWN_MAX else f"{text[:_SHOWN_MAX]}…"
