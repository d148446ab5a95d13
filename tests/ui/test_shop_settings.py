"""The settings page: the shop's settings, this place's, the open sale that follows, an admin's sign-in."""

import orjson
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.services import shop_settings, tax_rates
from app.services.sync import queue
from app.ui.page.context import AdminChange
from app.ui.widgets.parts import MessageLine
from app.ui.window.bridge import Bridge
from app.ui.window.main_window import MainWindow
from app.ui.window.pages import SELL, SETTINGS
from sync_agent.errors import AuthError, SyncError, TransientError
from sync_agent.store import tables as t
from tests.kit import assortment
from tests.kit.agents import SilentAgent
from tests.kit.feed import PEPPER
from tests.kit.offline_shop import ALICE, OfflineShop
from tests.kit.windows import Loop, part


def open_shop_section(window: MainWindow) -> None:
    window.show_page(SETTINGS)
    part(window, QPushButton, "settingsSelling").click()


def save(window: MainWindow, loop: Loop) -> str:
    part(window, QPushButton, "saveSelling").click()
    loop.settle()
    return part(window, MessageLine, "settingsMessage").words


def test_a_manager_changes_the_shops_settings_offline_and_this_places_over_them(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    open_shop_section(selling)
    part(selling, QLineEdit, "cashStep").setText("0.05")
    part(selling, QCheckBox, "offerOther").setChecked(False)
    assert save(selling, loop) == "Saved for all tills of the shop."
    part(selling, QComboBox, "shopScope").setCurrentIndex(1)
    part(selling, QComboBox, "shopScope").activated.emit(1)
    part(selling, QLineEdit, "cashStep").setText("0.10")
    assert save(selling, loop) == "Saved for all tills of Main Street."
    here = shop_settings.read(shop.till)
    assert (here.cash_step_minor, here.payment_methods) == (10, ("cash", "card"))
    assert shop_settings.at(shop.till, None).cash_step_minor == 5
    assert queue.counts(shop.till).waiting == 3
    part(selling, QLineEdit, "cashStep").setText("0.05")
    save(selling, loop)
    own = shop_settings.seen(shop.till, "main").rows
    assert [name for name, row in own.items() if row.value is not None] == []  # it follows the shop again


def test_what_another_till_changed_meanwhile_is_not_written_back(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    open_shop_section(selling)
    shop.feed.publish_setting("cash_step_minor", 10)
    loop.until(lambda: shop_settings.read(shop.till).cash_step_minor == 10)
    part(selling, QLineEdit, "lowStock").setText("9")
    assert save(selling, loop) == "Saved for all tills of the shop."
    now = shop_settings.read(shop.till)
    assert (now.low_stock, now.cash_step_minor) == (9, 10)
    assert queue.counts(shop.till).waiting == 1
    assert part(selling, QLineEdit, "cashStep").text() == "0.10"  # after a save it shows what holds
    assert save(selling, loop) == "Nothing was changed."


def test_what_was_shown_is_what_a_change_replaces(selling: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    shop.feed.publish_setting("cash_step_minor", 5)
    loop.until(lambda: shop_settings.read(shop.till).cash_step_minor == 5)
    open_shop_section(selling)
    shop.feed.publish_setting("cash_step_minor", 10, version=2)
    loop.until(lambda: shop_settings.read(shop.till).cash_step_minor == 10)
    part(selling, QLineEdit, "cashStep").setText("0.20")
    save(selling, loop)
    with shop.till.store.reading() as connection:
        (data,) = connection.execute(select(t.outbox.c.data)).scalars()
    replaced = orjson.loads(data)["base"]
    assert replaced == 5  # the server has 10: a manager decides


def test_a_renamed_rate_stays_the_products_and_one_in_use_is_not_left_out(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    rate = {"name": "Standard; 2026", "steps": [{"ratePpm": 200_000}]}
    shop.feed.publish_setting("tax_rate.std", rate)
    row = assortment.BLUE_MUG.row().model_copy(update={"tax_name": "std", "version": 9})
    shop.feed.publish_products([row])
    loop.until(lambda: [rate.name for rate in tax_rates.of_today(shop.till)] == ["Standard; 2026"])
    open_shop_section(selling)
    rates = part(selling, QPlainTextEdit, "taxRates")
    assert rates.toPlainText() == '"Standard; 2026" [std] = 20 %'
    rates.setPlainText("Normal = 20 %")
    assert "“Standard; 2026” is the tax rate of products (1)" in save(selling, loop)
    assert queue.counts(shop.till).waiting == 0
    rates.setPlainText("Normal [std] = 20 %")
    assert save(selling, loop) == "Saved for all tills of the shop."
    assert [(rate.key, rate.name) for rate in tax_rates.of_today(shop.till)] == [("std", "Normal")]


def test_what_was_saved_before_an_admins_sign_in_is_not_sent_a_second_time(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    shop.feed.publish_setting("cash_step_minor", 5)
    shop.feed.publish_setting("cash_step_minor", 10, place="main")
    loop.until(lambda: shop_settings.read(shop.till).cash_step_minor == 10)
    open_shop_section(selling)
    part(selling, QComboBox, "shopScope").setCurrentIndex(1)
    part(selling, QComboBox, "shopScope").activated.emit(1)
    part(selling, QLineEdit, "cashStep").setText("0.05")
    part(selling, QLineEdit, "clerkDiscount").setText("12.5 %")
    assert save(selling, loop) == "Saved for all tills of Main Street."
    part(selling, QPushButton, "adminBack").click()
    part(selling, QLineEdit, "clerkDiscount").setText("10 %")
    assert save(selling, loop) == "Nothing was changed."
    assert queue.counts(shop.till).waiting == 1


def test_a_value_put_back_after_a_save_is_saved_too(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    open_shop_section(selling)
    first = part(selling, QLineEdit, "lowStock").text()
    part(selling, QLineEdit, "lowStock").setText("9")
    part(selling, QLineEdit, "clerkDiscount").setText("12.5 %")
    part(selling, QPlainTextEdit, "taxRates").setPlainText("Standard = 20 %")
    assert save(selling, loop) == "Saved for all tills of the shop."
    part(selling, QPushButton, "adminBack").click()
    part(selling, QLineEdit, "lowStock").setText(first)
    part(selling, QPlainTextEdit, "taxRates").setPlainText("")
    assert save(selling, loop) == "Saved for all tills of the shop."
    now = shop_settings.read(shop.till)
    assert (str(now.low_stock), now.tax_rates) == (first, ())
    assert part(selling, QLabel, "adminWhat").text() == "Discount a clerk may give alone: 12.5 %"  # it waits
    part(selling, QPushButton, "adminBack").click()
    part(selling, QLineEdit, "clerkDiscount").setText("10 %")
    assert save(selling, loop) == "Nothing was changed."


def test_a_place_cannot_leave_out_a_rate_of_the_shop(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    shop.feed.publish_setting("tax_rate.std", {"name": "Standard", "steps": [{"ratePpm": 200_000}]})
    shop.feed.publish_setting("tax_rate.red", {"name": "Reduced", "steps": [{"ratePpm": 50_000}]})
    own = {"name": "Reduced", "steps": [{"ratePpm": 60_000}]}
    shop.feed.publish_setting("tax_rate.red", own, place="main")
    loop.until(lambda: [rate.rate_ppm for rate in tax_rates.of_today(shop.till)] == [60_000, 200_000])
    open_shop_section(selling)
    part(selling, QComboBox, "shopScope").setCurrentIndex(1)
    part(selling, QComboBox, "shopScope").activated.emit(1)
    rates = part(selling, QPlainTextEdit, "taxRates")
    rates.setPlainText("Reduced [red] = 6 %")
    refused = "“Standard” is a tax rate of the whole shop. Choose the whole shop to remove it."
    assert save(selling, loop) == refused
    assert queue.counts(shop.till).waiting == 0
    rates.setPlainText("Standard [std] = 20 %")
    assert save(selling, loop) == "Saved for all tills of Main Street."  # its own is removed
    assert [rate.rate_ppm for rate in tax_rates.of_today(shop.till)] == [50_000, 200_000]


def test_saved_is_said_only_of_what_is_saved(selling: MainWindow, loop: Loop, shop: OfflineShop) -> None:
    open_shop_section(selling)
    part(selling, QLineEdit, "lowStock").setText("9")
    shop.feed.publish_setting("low_stock", 9)
    loop.until(lambda: shop_settings.read(shop.till).low_stock == 9)
    assert save(selling, loop) == "Nothing was changed."
    assert queue.counts(shop.till).waiting == 0


def test_a_sale_on_the_screen_follows_another_tills_change(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    selling.show_page(SELL)
    selling.take_scan(assortment.BLUE_MUG.barcode or "")
    loop.settle()
    before = part(selling, QLabel, "cartTotal").text()
    shop.feed.publish_setting("adds_tax", True)
    loop.until(lambda: part(selling, QLabel, "cartTotal").text() != before)
    assert part(selling, QLabel, "cartTax").text().startswith("Tax added")


def test_methods_that_the_shop_does_not_offer_are_not_on_the_keys(
    selling: MainWindow, loop: Loop, shop: OfflineShop
) -> None:
    shop.feed.publish_setting("payment_methods", ["card", "vouchers_of_the_town", "cash"])
    selling.show_page(SELL)
    selling.take_scan(assortment.BLUE_MUG.barcode or "")
    loop.settle()
    part(selling, QPushButton, "pay").click()
    loop.settle()
    names = [made.objectName() for made in selling.findChildren(QPushButton) if made.isVisible()]
    assert [name for name in names if name in {"payCash", "payCard", "payOther"}] == ["payCard", "payCash"]


class Server:
    """Answers an admin's change, or refuses it."""

    def __init__(self) -> None:
        self.asked: list[AdminChange] = []
        self.refusal: SyncError | None = None

    async def change(self, change: AdminChange) -> None:
        self.asked.append(change)
        if self.refusal is not None:
            raise self.refusal


def test_what_loosens_a_check_asks_for_an_admins_sign_in(
    loop: Loop, shop: OfflineShop, bridge: Bridge, agent: SilentAgent, qtbot: QtBot
) -> None:
    server = Server()
    window = MainWindow(
        shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"), change_as_admin=server.change
    )
    qtbot.addWidget(window)
    window.show()
    window.welcome(ALICE)
    open_shop_section(window)
    first = part(window, QLineEdit, "clerkDiscount").text()
    part(window, QLineEdit, "clerkDiscount").setText("12.5 %")
    part(window, QLineEdit, "lowStock").setText("9")
    save(window, loop)
    assert shop_settings.read(shop.till).low_stock == 9  # what loosens nothing is saved
    assert shop_settings.read(shop.till).clerk_discount_ppm_max == 100_000
    assert part(window, QLabel, "adminWhat").text() == "Discount a clerk may give alone: 12.5 %"
    for refusal, words in (
        (
            TransientError("no route"),
            "This needs the server, which does not answer. Try it again with a connection.",
        ),
        (AuthError("forbidden", "no"), "Only an administrator may change this. Nothing was changed."),
    ):
        server.refusal = refusal
        part(window, QLineEdit, "adminUser").setText("ada")
        part(window, QLineEdit, "adminPassword").setText("secret words")
        part(window, QPushButton, "adminChange").click()
        loop.settle()
        assert part(window, MessageLine, "settingsMessage").words == words
    server.refusal = AuthError("unauthorized", "no")
    part(window, QPushButton, "adminChange").click()
    loop.settle()
    assert part(window, QLabel, "adminPasswordProblem").text() == "User name or password is not right."
    assert part(window, QLineEdit, "adminPassword").text() == "secret words"
    server.refusal = None
    part(window, QPushButton, "adminChange").click()
    loop.settle()
    assert server.asked[-1] == AdminChange("ada", "secret words", {"clerk_discount_ppm_max": 125_000}, None)
    assert part(window, MessageLine, "settingsMessage").words == "Saved for all tills of the shop."
    assert part(window, QLineEdit, "adminPassword").text() == ""
    shop.feed.publish_setting("clerk_discount_ppm_max", 125_000)
    loop.until(lambda: shop_settings.read(shop.till).clerk_discount_ppm_max == 125_000)
    part(window, QLineEdit, "clerkDiscount").setText(first)
    assert save(window, loop) == "Saved for all tills of the shop."
    assert shop_settings.read(shop.till).clerk_discount_ppm_max == 100_000


def test_a_code_is_asked_for_only_once_the_server_wants_one_and_the_password_stays(
    loop: Loop, shop: OfflineShop, bridge: Bridge, agent: SilentAgent, qtbot: QtBot
) -> None:
    server = Server()
    window = MainWindow(
        shop.till, bridge, agent, PEPPER, locale=QLocale("en_GB"), change_as_admin=server.change
    )
    qtbot.addWidget(window)
    window.show()
    window.welcome(ALICE)
    open_shop_section(window)
    part(window, QLineEdit, "clerkDiscount").setText("12.5 %")
    save(window, loop)
    user, password, code = (part(window, QLineEdit, f"admin{one}") for one in ("User", "Password", "Code"))
    assert not code.isVisible()
    user.setText("ada")
    password.setText("secret words")
    server.refusal = AuthError("second_factor_needed", "no")
    part(window, QPushButton, "adminChange").click()
    loop.settle()
    assert code.isVisible()
    problem = part(window, QLabel, "adminCodeProblem")
    assert problem.text() == "Now the code that your authenticator app shows, or one of your recovery codes."
    assert (user.text(), password.text()) == ("ada", "secret words")

    code.setText("123456")
    server.refusal = AuthError("unauthorized", "no")
    part(window, QPushButton, "adminChange").click()
    loop.settle()
    assert problem.text().startswith("User name, password or code is not right.")
    assert (password.text(), code.text()) == ("secret words", ""), "a code works once"

    part(window, QPushButton, "adminChange").click()
    loop.settle()
    assert problem.text() == "Fill in “Code from the authenticator app” first."
    assert len(server.asked) == 2
    code.setText("654321")
    server.refusal = None
    part(window, QPushButton, "adminChange").click()
    loop.settle()
    assert (server.asked[-1].password, server.asked[-1].code) == ("secret words", "654321")
    assert not code.isVisible()
    assert (password.text(), code.text()) == ("", "")
