"""What a person types as the server's address: one normal form, and never less encryption than it says."""

import pytest

from sync_agent.server_address import (
    AddressProblem,
    BadAddress,
    is_own,
    is_plain,
    read_address,
    read_safe_address,
)

SOUND = {
    "tills.example.com": "https://tills.example.com",
    " tills.example.com ": "https://tills.example.com",
    "TILLS.Example.com.:8765": "https://tills.example.com:8765",
    "HTTPS://tills/": "https://tills",
    "https://tills:443": "https://tills",
    "192.168.1.5:8765": "https://192.168.1.5:8765",
    "localhost:8765": "https://localhost:8765",
    "[::1]:8765": "https://[::1]:8765",
    "https://[2001:DB8::1]": "https://[2001:db8::1]",
    "http://localhost:8765": "http://localhost:8765",
    "http://LOCALHOST.": "http://localhost",
    "http://127.0.0.1:80": "http://127.0.0.1",
    "http://127.8.9.1": "http://127.8.9.1",
    "http://[::1]:8765": "http://[::1]:8765",
    "https://straße.example": "https://xn--strae-oqa.example",
    "http://１２７.0.0.1": "http://127.0.0.1",
}


@pytest.mark.parametrize("typed", SOUND)
def test_an_address_has_one_form(typed: str) -> None:
    address = read_safe_address(typed, insecure=False)
    assert address.url == SOUND[typed]
    assert read_address(address.url) == address
    assert not is_plain(typed)


PLAIN = [
    "http://tills.example.com",
    "HTTP://192.168.1.5:8765",
    "http://localhost.evil.com",
    "http://127.0.0.1.nip.io",
    "http://localhostx",
    "http://0.0.0.0",
    "http://127.1",
    "http://2130706433",
    "http://0x7f.1",
    "http://[::ffff:127.0.0.1]",
    "http://[fe80::1]",
    "http://lоcalhost",
    "http://tills:443",
]


@pytest.mark.parametrize("typed", PLAIN)
def test_http_to_another_computer_is_for_who_asks_for_it(typed: str) -> None:
    assert is_plain(typed)
    assert not is_own(typed)
    with pytest.raises(BadAddress) as refused:
        read_safe_address(typed, insecure=False)
    assert refused.value.problem is AddressProblem.PLAIN
    assert read_safe_address(typed, insecure=True).url.startswith("http://")


NONE = {
    "": AddressProblem.EMPTY,
    "   ": AddressProblem.EMPTY,
    "my till": AddressProblem.NOT_AN_ADDRESS,
    "tills\nexample": AddressProblem.NOT_AN_ADDRESS,
    "https://": AddressProblem.NOT_AN_ADDRESS,
    "tills:": AddressProblem.NOT_AN_ADDRESS,
    "tills:0": AddressProblem.NOT_AN_ADDRESS,
    "tills:99999": AddressProblem.NOT_AN_ADDRESS,
    "http:tills": AddressProblem.NOT_AN_ADDRESS,
    "https://a..b": AddressProblem.NOT_AN_ADDRESS,
    "https://-tills": AddressProblem.NOT_AN_ADDRESS,
    "https://%6c%6f": AddressProblem.NOT_AN_ADDRESS,
    "https://[fe80::1%25eth0]": AddressProblem.NOT_AN_ADDRESS,
    "http://evil.com\\@127.0.0.1": AddressProblem.NOT_AN_ADDRESS,
    "https://" + "a" * 64: AddressProblem.NOT_AN_ADDRESS,
    "https://evil.com／.tills": AddressProblem.NOT_AN_ADDRESS,
    "ftp://tills": AddressProblem.SCHEME,
    "ws://tills": AddressProblem.SCHEME,
    "https://ada:secret@tills": AddressProblem.USER,
    "ada@tills": AddressProblem.USER,
    "http://127.0.0.1:80@evil.com": AddressProblem.USER,
    "https://tills/office": AddressProblem.MORE,
    "https://tills?code=8F3K": AddressProblem.MORE,
    "http://127.0.0.1#@evil.com": AddressProblem.MORE,
}


@pytest.mark.parametrize("typed", NONE)
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress) as refused:
        read_safe_address(typed, insecure=True)
    assert refused.value.problem is NONE[typed]
    assert "secret" not in str(refused.value) + refused.value.given


@pytest.mark.parametrize("stored", ["", "simulated and odd", "http://a b", "ftp://x", "http://u@h"])
def test_a_stored_address_that_nobody_could_type_counts_as_readable(stored: str) -> None:
    assert is_plain(stored)
