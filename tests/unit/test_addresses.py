"""Who counts as one client, and which proxies are believed."""

import pytest

from server_stub.addresses import address_key, is_loopback, network_of, proxy_networks


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::FFFF:cb00:7109", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_a_client_counts_by_its_network(address: str, key: str) -> None:
    assert address_key(address) == key


def test_a_lines_addresses_are_one_network() -> None:
    assert network_of("203.0.113.9") == network_of("::ffff:203.0.113.250") == "203.0.113.0/24"
    assert network_of("203.0.114.9") != network_of("203.0.113.9")
    assert network_of("2001:db8:1:2:3::") == network_of("2001:db8:1:2::7") == "2001:db8:1:2::/64"
    assert (network_of("unknown"), network_of("")) == ("unknown", "")


def test_what_is_no_address_takes_no_room() -> None:
    assert len(address_key("x" * 10_000)) <= 64


@pytest.mark.parametrize(
    ("address", "here"), [("127.0.0.8", True), ("::1", True), ("::ffff:127.0.0.1", True), ("10.0.0.1", False)]
)
def test_this_machine_in_every_spelling(address: str, *, here: bool) -> None:
    assert is_loopback(address) is here


def test_a_proxy_is_known_by_its_ipv4_address_on_a_socket_of_ipv6_too() -> None:
    assert proxy_networks(["10.0.0.1", "10.1.2.3/16", "fd00::/8"]) == [
        "10.0.0.1/32",
        "::ffff:a00:1/128",
        "10.1.0.0/16",
        "::ffff:a01:0/112",
        "fd00::/8",
    ]
