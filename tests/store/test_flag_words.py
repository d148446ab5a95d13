"""Flags of the server as texts, also where what they are about cannot be read."""

import pytest

from app.services import flag_words
from sync_agent.store.database import Store
from tests.kit.store_shop import open_shop


@pytest.mark.parametrize(
    ("about", "shown"), [("1250", "12.50"), ("-1250", "-12.50"), ("²", "²"), ("--5", "--5"), ("much", "much")]
)
def test_an_amount_that_is_no_number_is_shown_as_it_is(store: Store, about: str, shown: str) -> None:
    till = open_shop(store)
    with till.store.reading() as connection:
        [words] = flag_words.in_plain_words(connection, [f"negative_amount:{about}"], "GBP")
    assert words == f"An amount is below zero: {shown}"
