"""A till cannot send: its sales are exported, and carried up by another till or at the server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.bootstrap import open_home
from app.cli import main as evertill
from tests.kit.demo import TENANT
from tests.kit.tills import WorldTill
from tests.kit.waiting import until
from tests.kit.world import World

pytestmark = pytest.mark.usefixtures("logs_stay_as_they_are")

PASSPHRASE = "three words only"


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[World]:
    async with World(tmp_path, tills=2) as world:
        yield world


@pytest.fixture(autouse=True)
def _passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERTILL_PASSPHRASE", PASSPHRASE)


async def command(*words: str) -> int:
    return await asyncio.to_thread(evertill, words)


async def put_down(till: WorldTill) -> None:
    """The folder is given back, so that a command may work on it."""
    await till.stop()
    till.opened.store.close()


def take_up(till: WorldTill) -> None:
    till.opened = open_home(till.path)
    till.till = till.opened.till()
    till.start()


async def test_unsent_sales_go_up_from_another_till_and_later_from_their_own_and_count_once(
    shop: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, other = shop.tills
    await broken.link.cut()
    sales = [await broken.sell(broken.product(number), 2) for number in range(6)]
    await broken.count(broken.product(3), 17)
    pack = tmp_path / "pack"
    # The window is open while the export reads.
    assert await command("export-outbox", "--home", str(broken.path), "--to", str(pack)) == 0
    assert "7 entries" in capsys.readouterr().out
    await put_down(other)
    assert await command("import-outbox", str(pack), "--home", str(other.path)) == 0
    assert "7 applied" in " ".join(capsys.readouterr().out.split())
    assert await command("import-outbox", str(pack), "--home", str(other.path)) == 0
    assert "7 of them were there already" in " ".join(capsys.readouterr().out.split())
    shop.assert_each_sale_once(sales)
    take_up(other)
    broken.link.restore()
    await shop.settle()
    shop.assert_each_sale_once(sales)
    shop.assert_converged()
    numbers = shop.query(
        "SELECT device_seq FROM operation WHERE device_id = ? ORDER BY 1", broken.till.device.device_id
    )
    assert [number for (number,) in numbers] == list(range(1, 8)), "the till's own numbers, all received"


async def test_a_pack_is_taken_in_at_the_server_though_the_till_was_revoked(
    shop: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, _ = shop.tills
    await broken.link.cut()
    sales = [await broken.sell(broken.product(), 1) for _ in range(3)]
    pack = tmp_path / "pack"
    assert await command("export-outbox", "--home", str(broken.path), "--to", str(pack)) == 0
    home = str(shop.settings.home)
    device = broken.till.device.device_id
    assert (
        await command("server", "revoke-device", "--home", home, "--tenant", TENANT, "--device", device) == 0
    )
    for told in ("3 applied", "3 already there"):
        assert await command("server", "import-outbox", "--home", home, "--tenant", TENANT, str(pack)) == 0
        assert told in capsys.readouterr().out
    shop.assert_each_sale_once(sales)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("a wrong passphrase", "passphrase is not right"),
        ("a changed byte", "damaged"),
        ("cut short", "damaged"),
        ("another file", "not a rescue pack"),
        ("its first line changed", "passphrase is not right"),
    ],
)
async def test_what_is_no_sound_pack_is_refused_in_words_and_nothing_is_imported(
    shop: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    harm: str,
    words: str,
) -> None:
    broken, other = shop.tills
    await broken.link.cut()
    await broken.sell(broken.product())
    pack = tmp_path / "pack"
    assert await command("export-outbox", "--home", str(broken.path), "--to", str(pack)) == 0
    content = pack.read_bytes()
    match harm:
        case "a wrong passphrase":
            monkeypatch.setenv("EVERTILL_PASSPHRASE", "guessed")
        case "a changed byte":
            pack.write_bytes(content[:-5] + bytes([content[-5] ^ 1]) + content[-4:])
        case "cut short":
            pack.write_bytes(content[:-40])
        case "another file":
            pack.write_bytes(b"Dear shop,\nhere are your sales.\n")
        case _:
            pack.write_bytes(content.replace(b'"till":"Till 1"', b'"till":"Till 9"'))
    before = shop.query("SELECT count(*) FROM operation")
    await put_down(other)
    assert await command("import-outbox", str(pack), "--home", str(other.path)) == 2
    assert words in capsys.readouterr().err
    assert shop.query("SELECT count(*) FROM operation") == before
    take_up(other)


async def test_without_a_server_an_import_says_so_and_can_be_done_later(
    shop: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken, other = shop.tills
    await broken.link.cut()
    sale = await broken.sell(broken.product())
    pack = tmp_path / "pack"
    assert await command("export-outbox", "--home", str(broken.path), "--to", str(pack)) == 0
    await put_down(other)

    async def while_it_is_away() -> None:
        assert await command("import-outbox", str(pack), "--home", str(other.path)) == 2
        assert "no answer" in capsys.readouterr().err

    await shop.restart_server(while_down=while_it_is_away)
    assert await command("import-outbox", str(pack), "--home", str(other.path)) == 0
    shop.assert_each_sale_once([sale])
    take_up(other)
    await until(lambda: other.waiting() == 0, "the other till is as it was")
