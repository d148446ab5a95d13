"""Other users of the computer read nothing of a till or a server, at no moment of any command."""

import logging
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.bootstrap import open_home
from app.crash_reports import CrashReports
from app.diagnosis import Finding, Level
from app.domain.slip import Centred, Slip
from app.printing.printer import printer_of
from app.services.preferences import Preferences
from app.support_bundle import write_bundle
from app.till_log import log_to
from app.ui.widgets.slip_view import draw_slip, save_pdf
from server_stub.run import prepare
from server_stub.settings import Settings
from sync_agent import private_files
from sync_agent.store.home import Home
from sync_agent.store.recovery import repair
from sync_agent.store.recovery.backup import back_up
from tests.kit.agents import fetch_first_copy
from tests.kit.demo import ALICE_PIN, PASSWORD, TENANT
from tests.kit.paths import ROOT
from tests.kit.processes import ServerProcess

pytestmark = pytest.mark.skipif(os.name != "posix", reason="files have modes on POSIX")

OTHERS = 0o077
CATALOGUE = "barcode,name,price\n,Tea pot,12.50\n123,Odd one,1.00\n"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def open_to_others(folder: Path) -> list[str]:
    return sorted(
        f"{path.relative_to(folder)} {mode(path):o}" for path in folder.rglob("*") if mode(path) & OTHERS
    )


# --- every command, from its first moment ------------------------------------------------------------


class Watched:
    """Runs commands whose files are looked at while they are made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "watched"
        self.folder.mkdir(0o700)
        self._report = folder / "report"

    def words(self, module: str, *words: str) -> tuple[str, ...]:
        return ("tests.kit.watched", str(self._report), str(self.folder), module, *words)

    def run(self, *words: str, code: int = 0) -> str:
        ran = subprocess.run(
            [sys.executable, "-m", *self.words("app", *words)],
            cwd=ROOT,
            env={
                **os.environ,
                "EVERTILL_PASSWORD": PASSWORD,
                "EVERTILL_PASSPHRASE": "three words or more",
                "EVERTILL_PIN": ALICE_PIN,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout

    @property
    def seen(self) -> str:
        return self._report.read_text() if self._report.exists() else ""


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_no_command_makes_a_file_that_others_may_use_at_any_moment(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    folder = watched.folder
    server_home, till, catalogue = folder / "of" / "server", folder / "tills" / "till", tmp_path / "goods.csv"
    catalogue.write_text(CATALOGUE)
    password = tmp_path / "password"
    password.write_text("a long enough password\n")
    watched.run("server", "migrate", "--home", str(folder / "new" / "server"))
    place = ("--home", str(folder / "other" / "server"))
    new = (
        "--tenant",
        "corner",
        "--name",
        "Corner",
        "--currency",
        "EUR",
        "--location",
        "main:Main:Europe/Berlin",
    )
    watched.run("server", "add-tenant", *place, *new, "--admin", "anna", "--password-file", str(password))
    at = ("--home", str(server_home), "--port", ServerProcess.PORT, "--demo-data")
    async with ServerProcess(*watched.words("server_stub", *at)) as server:
        shop = ("--tenant", TENANT, "--user", "alice", "--location", "main", "--name", "Till 1")
        watched.run("enroll", "--home", str(till), "--server", server.url, *shop)
        opened = open_home(till)
        try:
            await fetch_first_copy(opened)
        finally:
            opened.store.close()
        home = ("--home", str(till))
        csv = str(folder / "refused.csv")
        watched.run("import-catalogue", str(catalogue), *home, "--user", "alice", "--refused", csv)
        watched.run("doctor", *home, "--bundle", str(folder / "bundle.zip"))
        pack = str(folder / "pack")
        watched.run("export-outbox", *home, "--to", pack)
        watched.run("import-outbox", pack, *home)
        tenant = ("--home", str(server_home), "--tenant", TENANT)
        watched.run("server", "import-outbox", *tenant, pack)
    assert watched.seen == ""
    made = {path.name for path in folder.rglob("*")}
    assert made >= {
        "server.sqlite3",
        "token-secret",
        "till.sqlite",
        "till.lock",
        "secrets.bin",
        "refused.csv",
    }
    assert made >= {"bundle.zip", "pack"}
    assert open_to_others(folder) == []


def test_the_watch_itself_finds_a_file_that_is_made_private_too_late(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    late = "import os,sys; p=sys.argv[1]; open(p,'w').close(); os.chmod(p, 0o600)"
    module = tmp_path / "late_chmod.py"
    module.write_text(f"{late}\n")
    ran = subprocess.run(
        [sys.executable, "-m", *watched.words("late_chmod", str(watched.folder / "secret"))],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        check=True,
    )
    assert ran.returncode == 0
    assert "secret is 666, seen at os.chmod" in watched.seen


# --- what windows and the agent write ----------------------------------------------------------------


@pytest.fixture
def _no_umask_and_no_chmod(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A file is private because it was made so."""

    def not_afterwards(*_arguments: object, **_named: object) -> None:
        raise AssertionError("its mode was set afterwards")

    before = os.umask(0)
    monkeypatch.setattr(Path, "chmod", not_afterwards)
    yield
    os.umask(before)


SLIP = Slip("Receipt", (Centred("Tea pot"),))


def _log(folder: Path) -> None:
    root = logging.getLogger()
    level, before = root.level, list(root.handlers)
    log_to(folder / "till.log")
    [handler] = [handler for handler in root.handlers if handler not in before]
    try:
        handler.emit(logging.makeLogRecord({"msg": "x" * 3_000_000}))
        handler.emit(logging.makeLogRecord({"msg": "the next file"}))
    finally:
        root.removeHandler(handler)
        handler.close()
        root.setLevel(level)


def _crash(folder: Path) -> None:
    reports = CrashReports(folder, lambda: 1_750_000_000_000, lambda _path: None)
    reports.close()
    from app import crash_reports  # noqa: PLC0415 - its function, beside its class

    crash_reports.write(folder / "crashes", ValueError, None, 1_750_000_000_000)


def _print(folder: Path) -> None:
    chosen = Preferences(printer="file", printer_address=str(folder / "printed"))
    printer_of(chosen, draw_slip).print_slip(SLIP)


def _back_up_and_repair(folder: Path) -> None:
    home = Home(folder)
    private_files.prepare_database(home.database)
    with closing(sqlite3.connect(home.database)) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE device (id)")
        database.commit()
        assert not open_to_others(folder), "the journals too"
    back_up(home, "0001")
    repair.read(repair.set_aside(home, "today"))


@pytest.mark.usefixtures("qapp", "_no_umask_and_no_chmod")
@pytest.mark.parametrize(
    ("make", "files"),
    [
        (lambda folder: save_pdf(SLIP, folder / "receipt.pdf"), 1),
        (_print, 1),
        (_log, 2),
        (_crash, 1),
        (lambda folder: write_bundle(Home(folder), [Finding(Level.OK, "a", "b")], folder / "b.zip"), 1),
        (_back_up_and_repair, 2),
        (lambda folder: prepare(Settings(home=folder / "a" / "b"), demo_data=False), 1),
    ],
    ids=["pdf", "printout", "log", "crash report", "bundle", "backup and repair", "server"],
)
def test_what_is_written_is_private_from_the_beginning(
    tmp_path: Path, make: Callable[[Path], object], files: int
) -> None:
    folder = tmp_path / "home"
    folder.mkdir(0o700)
    make(folder)
    assert sum(path.is_file() for path in folder.rglob("*")) >= files
    assert open_to_others(folder) == []


def test_an_export_is_private_and_replaces_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "entries.json"
    path.write_text("older")
    path.chmod(0o644)
    private_files.write(path, b"newer")
    assert (path.read_bytes(), mode(path)) == (b"newer", 0o600)


def test_an_export_into_a_shared_folder_writes_into_nobody_elses_file(tmp_path: Path) -> None:
    """In /tmp others can put a file or a link where the export's draft will be."""
    shared, victim = tmp_path / "shared", tmp_path / "victim"
    shared.mkdir()
    shared.chmod(0o1777)
    victim.write_text("kept")
    (shared / "pack.new").symlink_to(victim)
    (shared / "pack").symlink_to(victim)
    private_files.write(shared / "pack", b"sales")
    assert victim.read_text() == "kept"
    assert (shared / "pack").read_bytes() == b"sales"
    assert mode(shared / "pack") == 0o600
    assert mode(shared) == 0o1777
    assert not (shared / "pack.new").exists()


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "entries.json"
    private_files.write(path, b"older")

    def write_half() -> None:
        with private_files.replacing(path) as file:
            file.write(b"new")
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_half()
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("entries.json", b"older")]


def test_a_device_is_written_to_and_not_replaced() -> None:
    private_files.write(Path(os.devnull), b"x")
    assert Path(os.devnull).is_char_device()


# --- homes of earlier releases -----------------------------------------------------------------------


def home_of_an_earlier_release(path: Path) -> Path:
    """Everything as a umask of 022 made it."""
    path.mkdir()
    for name in ("till.sqlite", "till.sqlite-wal", "till.log", "till.log.1", "secrets.key", "till.lock"):
        (path / name).write_bytes(b"")
    for name in ("exports/discarded-1.json", "signed-out/2024/till.sqlite", "till-0003.backup.sqlite"):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(b"")
    for found in (path, *path.rglob("*")):
        found.chmod(0o755 if found.is_dir() else 0o644)
    return path


def test_a_home_that_others_could_read_is_mended(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = home_of_an_earlier_release(tmp_path / "till")
    assert Home(path).exposed == ()
    assert mode(path) == 0o700
    assert open_to_others(path) == []
    assert mode(tmp_path) == 0o700, "pytest's own"
    assert not caplog.records


def test_a_servers_home_and_a_database_elsewhere_are_mended_while_they_are_in_use(tmp_path: Path) -> None:
    home, elsewhere = tmp_path / "server", tmp_path / "books.sqlite3"
    prepare(Settings(home=home), demo_data=False)
    prepare(Settings(home=home, database_url=f"sqlite:///{elsewhere}"), demo_data=False)
    for path in (home, home / "server.sqlite3", elsewhere):
        path.chmod(0o755 if path.is_dir() else 0o644)
    with closing(sqlite3.connect(elsewhere)) as running:
        running.execute("PRAGMA journal_mode=WAL")
        running.execute("SELECT * FROM alembic_version").fetchall()
        Path(f"{elsewhere}-wal").chmod(0o644)
        running.execute("BEGIN IMMEDIATE")
        running.rollback()
        prepare(Settings(home=home, database_url=f"sqlite:///{elsewhere}"), demo_data=False)
        assert mode(Path(f"{elsewhere}-wal")) == 0o600
    prepare(Settings(home=home), demo_data=False)
    assert (mode(home), mode(home / "server.sqlite3"), mode(elsewhere)) == (0o700, 0o600, 0o600)


def test_a_home_behind_a_link_is_mended_and_what_others_link_is_not_followed(tmp_path: Path) -> None:
    real = home_of_an_earlier_release(tmp_path / "real")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "page.html").write_text("for everybody")
    (outside / "page.html").chmod(0o644)
    outside.chmod(0o755)
    (real / "damaged").symlink_to(outside)
    link = tmp_path / "link"
    link.symlink_to(real)
    home = Home(link)
    assert mode(real) == 0o700
    assert mode(outside) == 0o755
    assert mode(outside / "page.html") == 0o644
    assert home.exposed == (link / "damaged",)


@pytest.mark.parametrize("kind", ["shared", "personal", "with folders of others"])
def test_a_folder_that_is_more_than_a_home_is_left_and_named_and_its_files_are_private(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    path = home_of_an_earlier_release(tmp_path / "folder")
    before = 0o1777 if kind == "shared" else 0o755
    path.chmod(before)
    if kind == "personal":
        monkeypatch.setenv("HOME", str(path))
    if kind == "with folders of others":
        (path / "public_html").mkdir(0o755)
    (path / "shopping list.txt").write_text("tea")
    (path / "shopping list.txt").chmod(0o644)
    home = Home(path)
    assert stat.S_IMODE(path.stat().st_mode) == before
    assert mode(path / "shopping list.txt") == 0o644
    assert mode(path / "till.sqlite") == 0o600
    assert home.exposed == (path,)
    assert str(path) in caplog.text


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a folder away")
def test_another_users_home_is_left_and_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = home_of_an_earlier_release(tmp_path / "till")
    for found in (path, *path.rglob("*")):
        os.chown(found, 12345, 12345)
    home = Home(path)
    assert mode(path) == 0o755
    assert path in home.exposed
    assert f"other users of this computer can read {path}," in caplog.text
    home.acquire()
    home.release()


@pytest.mark.parametrize("refusal", [PermissionError(1, "no modes here"), None], ids=["refused", "ignored"])
def test_a_till_starts_on_a_file_system_without_modes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    refusal: OSError | None,
) -> None:
    """vfat: every file has the mode of the mount; chmod is refused, or does nothing."""

    def chmod(*_arguments: object) -> None:
        if refusal is not None:
            raise refusal

    path = home_of_an_earlier_release(tmp_path / "till")
    (path / "till.sqlite-wal").unlink()
    monkeypatch.setattr(Path, "chmod", chmod)
    opened = open_home(path)
    opened.store.close()
    assert path in opened.store.home.exposed
    assert str(path / "till.sqlite") in caplog.text


def test_commands_name_what_others_can_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from server_stub.cli.main import main  # noqa: PLC0415 - it sets the umask

    path = tmp_path / "server"
    path.mkdir()
    (path / "backups").mkdir()
    path.chmod(0o755)
    before = os.umask(0o022)
    try:
        assert main(["migrate", "--home", str(path)]) == 0
    finally:
        os.umask(before)
    assert f"warning: other users of this computer can read {path}" in capsys.readouterr().err
    assert mode(path / "server.sqlite3") == 0o600


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody reaches; pytest's own are private."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_secret_that_is_named_and_open_to_everybody_is_warned_of(tmp_path: Path, open_folder: Path) -> None:
    """A server starts with its signing secret, tokens and passwords in files of anybody's; it says so."""
    secrets = {name: open_folder / name for name in ("signing", "metrics", "admin", "password")}
    for file in secrets.values():
        file.write_text("a secret of more than thirty-two letters")
        file.chmod(0o644)
    secrets["metrics"].chmod(0o640)  # for a group that somebody chose
    home, log = str(tmp_path / "home"), tmp_path / "log"
    words = ["server_stub", "--home", home, "--port", ServerProcess.PORT]
    words += ["--secret-file", str(secrets["signing"]), "--metrics-token-file", str(secrets["metrics"])]
    with ServerProcess(*words, "--admin-ui", f"op:{secrets['admin']}", log=log):
        pass
    for name, is_open in (("signing", True), ("metrics", False), ("admin", True)):
        assert (f"chmod o= {secrets[name]}" in log.read_text()) is is_open

    shop = ["--tenant", "t", "--name", "T", "--currency", "EUR", "--location", "m:M:Europe/London"]
    command = [sys.executable, "-m", "server_stub", "add-tenant", "--home", home, *shop]
    command += ["--admin", "ann", "--password-file", str(secrets["password"])]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert f"warning: everybody on this computer can use {secrets['password']}" in done.stderr
    open_folder.chmod(0o700)
    assert not any(private_files.is_open_secret(file) for file in secrets.values()), "its folder is private"
