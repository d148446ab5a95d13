"""Addresses of clients: who counts as one, and whose word for another's address is taken."""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_ONE_CUSTOMER = 64
"""A customer's whole IPv6 network: whoever has one has 2**64 addresses to try secrets from."""

_ONE_SHOP = 24
"""A line's addresses change within it, and a shop's machines are in it together."""

_MAPPED = 96
_TEXT_MAX = 64


def address_key(address: str) -> str:
    """What limits count for a client's address: an IPv4 address, or the /64 that an IPv6 one is of.

    An IPv4-mapped address counts as IPv4. What is no address (a proxy's "unknown") counts as it stands.
    """
    parsed = _parsed(address)
    match parsed:
        case None:
            return address[:_TEXT_MAX]
        case IPv4Address():
            return str(parsed)
        case IPv6Address():
            return str(IPv6Network((int(parsed), _ONE_CUSTOMER), strict=False))


def network_of(address: str) -> str:
    """The network that one client's addresses are in: an IPv4 address's /24, an IPv6 address's /64."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv4Address):
        return str(IPv4Network((int(parsed), _ONE_SHOP), strict=False))
    return address_key(address)


def is_loopback(address: str) -> bool:
    parsed = _parsed(address)
    return parsed is not None and parsed.is_loopback


def proxy_networks(trusted: Iterable[str]) -> list[str]:
    """Trusted proxies as uvicorn compares them: each a network, IPv4 ones also as a socket that listens on
    IPv6 sees them (`::ffff:10.0.0.1`). Raises ValueError for what is neither address nor network.
    """
    found: list[str] = []
    for value in trusted:
        network = ip_network(value, strict=False)
        found.append(str(network))
        if isinstance(network, IPv4Network):
            mapped = int(IPv6Address(f"::ffff:{network.network_address}"))
            found.append(str(IPv6Network((mapped, _MAPPED + network.prefixlen))))
    return found


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed
