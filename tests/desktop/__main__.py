"""A clerk's whole day in a real window, with pictures: `make day`, or python -m tests.desktop [FOLDER].

The morning's float, thirty baskets by scanner, an outage with sales, a refund and a count; another clerk; a
refusal mended, two conflicts decided (one as suggested and taken back, one by hand), cashing up, and the
server's word that it has all of it. Everything goes in by keys and pointer, and is waited for by what a
screen reader hears. Then the server's books are read.
"""

import asyncio
import logging
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec, TypeVar

import httpx
import structlog

from app.bootstrap import open_home
from app.services.stock import catalogue
from app.services.stock.catalogue import ProductView
from sync_agent.enrolment_forms import Enrolment
from sync_agent.network.transport import NetworkTransport
from tests.desktop.cable import Cable
from tests.desktop.display import Display
from tests.desktop.reader import Heard, Reader
from tests.kit.demo import ALICE_PIN, BOB_PIN, LOCATION, PASSWORD, TENANT
from tests.kit.waiting import until
from tests.kit.world import World

T = TypeVar("T")
P = ParamSpec("P")
SCANNER_MS, PERSON_MS = 2, 80
"""Between two keys."""
BASKETS = 30


class Counter:
    """Somebody at the till. Whoever waits gives way to the loop, in which the server runs."""

    def __init__(self, display: Display, reader: Reader, folder: Path) -> None:
        self._display = display
        self._reader = reader
        self._folder = folder
        self._pictures = 0
        self.sales = 0

    async def sees(self, name: str, role: str = "", *, enabled: bool = False) -> Heard:
        """Waits for something by its whole name, a pattern."""
        return await _elsewhere(self._reader.wait, name, role, enabled=enabled)

    async def figure_after(self, name: str) -> str:
        return await _elsewhere(self._reader.after, name)

    async def press(self, name: str, role: str = "") -> None:
        """With the pointer, once it is in sight and can be pressed."""
        one = await self.sees(name, role, enabled=True)
        await self._xdotool("mousemove", str(one.x), str(one.y), "click", "1")

    async def key(self, *keys: str) -> None:
        await self._xdotool("key", "--delay", str(PERSON_MS), *keys)

    async def type(self, text: str) -> None:
        await self._xdotool("type", "--delay", str(PERSON_MS), text)

    async def write_into(self, name: str, text: str) -> None:
        await self.press(name, "text")
        await self.key("ctrl+a")
        await self.type(text)

    async def scan(self, product: ProductView) -> None:
        """As a hand scanner does, from wherever the focus is."""
        await self._xdotool("key", "--delay", str(SCANNER_MS), *(product.barcode or ""), "Return")

    async def sign_in(self, name: str, pin: str) -> None:
        await self.sees("Who is at the till\\?")
        await self.press(name, "check box")
        await self.type(pin)
        await self.key("Return")
        await self.sees("Sell")

    async def pay(self) -> str:
        """The cart in cash, and no change; the receipt's number."""
        await self.press("Pay \\(F9\\)")
        await self.sees("Cash given", "text")
        await self.key("Return")
        self.sales += 1
        number = await self.sees(f"T\\d+-0*{self.sales}", "label")
        await self.sees("Sale done", "label")
        return number.name

    async def sell(self, *products: ProductView) -> str:
        for product in products:
            await self.scan(product)
        return await self.pay()

    async def picture(self, name: str) -> None:
        self._pictures += 1
        path = self._folder / f"{self._pictures:02}-{name}.png"
        await _elsewhere(self._display.picture, path)
        print(f"  {path}")

    async def _xdotool(self, *arguments: str) -> None:
        await _elsewhere(self._display.xdotool, *arguments)


async def _elsewhere(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    return await asyncio.to_thread(work, *arguments, **named)


async def change_role(url: str, username: str, role: str) -> None:
    """What the office does meanwhile, at the server itself."""
    async with httpx.AsyncClient(base_url=url) as office:
        body = {"tenantId": TENANT, "username": "ada", "password": PASSWORD}
        token = (await office.post("/api/v1/auth/login", json=body)).json()["data"]["accessToken"]
        answer = await office.patch(
            f"/api/v1/users/{username}", json={"role": role}, headers={"Authorization": f"Bearer {token}"}
        )
        answer.raise_for_status()


async def enrolled(home: Path, url: str) -> None:
    opened = open_home(home)
    transport = NetworkTransport(url)
    try:
        opened = await opened.enroll(
            transport, Enrolment(url, TENANT, "alice", PASSWORD, LOCATION, "Counter 1")
        )
    finally:
        await transport.close()
        opened.store.close()


async def day(one: Counter, world: World, cable: Cable) -> None:
    found = catalogue.search(world.tills[0].till, "", limit=80)
    goods = [product for product in found if product.barcode and product.unit == "each"]
    other = world.tills[0]

    print("Bob signs in and opens the shift.")
    await one.sign_in("Bob Finch", BOB_PIN)
    await one.key("ctrl+3")
    await one.write_into("Float in the drawer", "100")
    await one.key("Return")
    await one.sees("The shift so far")
    await one.picture("shift-open")
    await one.key("ctrl+1")

    print(f"{BASKETS} baskets by scanner; one is held while the next customer pays.")
    for basket in range(BASKETS - 2):
        await one.sell(*(goods[(basket + place) % len(goods)] for place in range(1 + basket % 3)))
    await one.scan(goods[0])
    await one.press("Hold F4")
    await one.sees("0 items", "label")
    await one.sell(goods[1])
    await one.press("Recall F5 · 1")
    await one.key("Down", "Return")
    await one.sees("1 item", "label")
    await one.picture("recalled")
    await one.pay()
    await one.sees("Online · All sent", "push button")

    print("The cable is pulled out. Five more customers.")
    cable.pull_out()
    lost = [await one.sell(goods[place], goods[place + 1]) for place in range(5)]
    await one.sees("Offline since .* · 5 sales saved on this till", "push button")
    await one.picture("offline")

    print("Something comes back, against its receipt.")
    await one.press("Refund F6")
    await one.write_into("Receipt number", str(int(lost[0].rpartition("-")[2])))
    await one.key("Return")
    await one.press("All of .*")
    await one.write_into("Reason", "does not fit")
    await one.press("Give back")
    await one.sees("Refund done")
    one.sales += 1
    await one.picture("refunded")

    print("A shelf is counted by scanning, with a pause; another till counts the same things.")
    first, second = goods[10], goods[11]
    await one.key("ctrl+2")
    await one.press("Count by scanning…")
    await one.write_into("Name of the count, like Shelf 3", "Shelf 3")
    await one.key("Return")
    await one.sees("Shelf 3", "label")
    await one.scan(first)
    await one.scan(first)
    await one.sees("1 product counted.*", "label")
    await one.press("Pause \\(Esc\\)")
    await one.press("Count by scanning…")
    await one.press("Shelf 3.*", "list item")
    await one.sees("Shelf 3", "label")
    await one.scan(second)
    await one.sees("2 products counted.*", "label")
    await one.picture("counting")
    await one.press("Finish…")
    await one.press("Set the figures")
    await one.sees("2 products counted\\..*|.*figures? changed.*", "label")
    await one.press("Back \\(Esc\\)")
    await other.count(first, 7)
    await other.count(second, 9)
    await until(lambda: other.waiting() == 0, "the other till's counts are at the server")

    print("Alice takes over and changes a price. The office has taken that right from her meanwhile.")
    await one.key("ctrl+l")
    await one.sign_in("Alice Marlow", ALICE_PIN)
    await change_role(world.url, "alice", "clerk")
    await one.key("ctrl+2")
    await one.scan(goods[5])
    await one.press("Change product…")
    await one.write_into("Price", "9.99")
    await one.press("Save")
    await one.sees("Changed\\. Saved on this till\\.")

    print("The cable is back: all is sent, one thing is refused, two counts disagree.")
    cable.plug_in()
    await one.sees("Online · 3 need attention", "push button")
    await change_role(world.url, "alice", "manager")
    await one.press("Online · 3 need attention", "push button")
    await one.press("Needs attention.*")
    await one.sees(".*only a manager may do that\\. Nothing is lost\\..*", "label")
    await one.picture("refused")
    await one.press("Edit and send again…")
    await one.write_into("Price", "8.50")
    await one.press("Send again")
    await one.sees("Nothing needs attention\\.|Online · 2 need attention")
    await until(
        lambda: (catalogue.product(other.till, goods[5].id) or goods[5]).price_minor == 850,
        "the other till has the mended price",
    )

    print("Two conflicts: one as suggested, taken back and decided again, one by hand.")
    await one.press("Conflicts.*")
    await one.press("Stock of .*", "cell")
    await one.press("Decide…")
    await one.sees("Which figure is right for .*")
    await one.picture("conflict")
    await one.press("Use .* \\(suggested\\)")
    await one.sees("Stock set to .*")
    await one.press("Undo")
    await one.sees("Taken back.*")
    await one.sees("Online · 2 need attention", "push button")
    for by_hand in (False, True):
        await one.press("Stock of .*", "cell")
        await one.press("Decide…")
        await one.sees("Which figure is right for .*")
        if by_hand:
            await one.write_into("Result: On hand", "6")
            await one.press("Use 6 \\(as typed\\)")
        else:
            await one.press("Use .* \\(suggested\\)")
        await one.sees("Stock set to .*")
        await one.sees("Online · All sent" if by_hand else "Online · 1 needs attention", "push button")
    await one.picture("decided")

    print("The evening: cash up.")
    await one.key("ctrl+3")
    expected = re.sub(r"[^\d.]", "", await one.figure_after("Cash expected in the drawer"))
    await one.press("Close the shift…")
    await one.write_into("Cash counted in the drawer", expected)
    await one.sees("no difference|That is what should be there\\.")
    await one.press("Close the shift")
    await one.sees("Close \\(Esc\\)")
    await one.picture("z-report")
    await one.key("Escape")
    await one.sees(".*(\\d+) of \\1 received by the server.*")
    await one.picture("closed")


async def books(world: World, one: Counter, home: Path) -> None:
    """The server's own, and the other till's figures."""
    numbers = [str(row[0]) for row in world.query("SELECT receipt_number FROM till_transaction")]
    mine = sorted(int(number.rpartition("-")[2]) for number in numbers)
    assert mine == list(range(1, one.sales + 1)), f"the server has the receipts {mine}"
    await world.settle()
    assert world.server_levels() == world.ledger_sums()
    opened = open_home(home)
    try:
        till = opened.till()
        levels = world.server_levels()
        for product in catalogue.search(till, "", limit=80):
            assert world.tills[0].on_hand(product) == levels.get(product.id, 0), product.name
    finally:
        opened.store.close()


async def run(pictures: Path) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with tempfile.TemporaryDirectory() as folder, Display() as display:
        home = Path(folder) / "counter"
        async with World(Path(folder), tills=1) as world, Cable(int(world.url.rsplit(":", 1)[1])) as cable:
            await enrolled(home, cable.url)
            window = display.start(Path(sys.executable).parent / "evertill", "till", "--home", home)
            reader = Reader(display.environment["DBUS_SESSION_BUS_ADDRESS"])
            one = Counter(display, reader, pictures)
            try:
                await day(one, world, cable)
            except BaseException:
                await one.picture("where-it-ended")
                raise
            finally:
                reader.close()
                window.terminate()
                await asyncio.to_thread(window.wait, 30)
            assert window.returncode == 0, f"the till ended with {window.returncode}"
            await books(world, one, home)
            print(f"{one.sales} receipts, in order, once each; server, ledger and both tills agree.")


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1] if len(sys.argv) > 1 else "build/day")))
