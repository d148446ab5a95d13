"""The shop's settings: the till's table and the server's have one meaning, and the contract's defaults."""

from dataclasses import fields

import pytest

from app.domain import shop_settings as tills
from app.domain.shop_settings import ShopSettings
from app.domain.vocabulary.shop_setting_names import setting_name
from server_stub.services.people import shop_settings as servers
from sync_agent.contract import shop_settings as contract
from sync_agent.contract.identity import TenantSettings

NAMES = [field.name for field in fields(ShopSettings)]


def test_both_sides_and_the_wire_know_the_same_settings() -> None:
    assert set(NAMES) == set(TenantSettings.model_fields) == set(tills.LOOSENED) == set(servers.LOOSENED)


def test_what_holds_where_nothing_is_set_is_the_same() -> None:
    defaults = contract.DEFAULTS.model_dump(by_alias=False, exclude={"tax_rates"})
    assert {name: getattr(ShopSettings(), name) for name in defaults} == defaults


@pytest.mark.parametrize("name", NAMES)
def test_the_same_changes_loosen_a_check(name: str) -> None:
    for before, after in ((0, 1), (1, 0), (1, 1), (False, True), (True, False)):
        assert bool(tills.loosens(name, before, after)) == bool(servers.LOOSENED[name](before, after))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "tax_rates"])
def test_every_setting_has_a_name_for_people(name: str) -> None:
    assert setting_name(name) != name
