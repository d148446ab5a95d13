"""The start of a window and its response times, in its own process, as a clerk starts it.

    python -m tests.benchmarks.standing_window empty
    python -m tests.benchmarks.standing_window till HOME
    python -m tests.benchmarks.standing_window answers HOME

"empty" is a PySide6 window with nothing in it, "till" the till's: each ends once it was painted. "answers"
prints milliseconds as JSON: a search in the window and the raw FTS5 query, a scan until its line is painted.
"""

import gc
import sys
from pathlib import Path


def main() -> None:
    if sys.argv[1] == "empty":
        _empty()
    else:
        _till(Path(sys.argv[2]), answers=sys.argv[1] == "answers")


def _empty() -> None:
    from PySide6.QtWidgets import QApplication, QMainWindow

    application = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1024, 768)
    window.show()
    application.processEvents()


def _till(home: Path, *, answers: bool) -> None:
    """In the order of `evertill till`: the collector rests, and the home is opened before Qt is loaded."""
    gc.disable()
    from tests.kit.keyrings import use_no_keyring

    use_no_keyring()
    from app.bootstrap import open_home

    opened = open_home(home)
    from PySide6.QtWidgets import QApplication
    from qasync import QEventLoop

    from app.services.till import Actor
    from app.ui.widgets.theme import apply_theme
    from app.ui.window.bridge import Bridge
    from app.ui.window.main_window import MainWindow
    from tests.kit.agents import SilentAgent

    application = QApplication(sys.argv[:1])
    apply_theme(application)
    with QEventLoop(application):
        window = MainWindow(opened.till(), Bridge(), SilentAgent(), "pepper")
        window.show()
        application.processEvents()
        if answers:
            window.welcome(Actor("alice", "Alice", "manager"))
            application.processEvents()
            _print_answers(application, window, home)
    opened.store.close()


def _print_answers(application: object, window: object, home: Path) -> None:
    import asyncio
    import sqlite3
    import time
    from statistics import median

    import orjson
    from PySide6.QtWidgets import QApplication, QLineEdit

    from app.ui.window.main_window import MainWindow

    assert isinstance(application, QApplication)
    assert isinstance(window, MainWindow)
    search = window.findChild(QLineEdit, "sellSearch")
    assert search is not None
    raw = sqlite3.connect(f"file:{home / 'till.sqlite'}?mode=ro", uri=True)
    query = (
        "SELECT product_id, name, barcode, sku, price_minor FROM catalogue WHERE id IN "
        "(SELECT rowid FROM catalogue_search WHERE catalogue_search MATCH ?) ORDER BY folded LIMIT 50"
    )
    ours: list[float] = []
    beside: list[float] = []
    for number in range(40):
        word = f"product {number * 37 + 1000}"
        began = time.perf_counter()
        raw.execute(query, (" AND ".join(f'"{part}"' for part in word.split()),)).fetchall()
        beside.append(time.perf_counter() - began)
        search.setText(word[:-1])
        began = time.perf_counter()
        search.setText(word)
        ours.append(time.perf_counter() - began)
    search.clear()
    application.processEvents()
    scans: list[float] = []
    for number in range(40):
        began = time.perf_counter()
        window.take_scan(f"2{number:012d}")
        application.processEvents()  # what has changed is painted, as on a screen
        scans.append(time.perf_counter() - began)
    raw.close()
    asyncio.get_event_loop().run_until_complete(asyncio.sleep(0.3))
    told = {
        "search_ms": median(ours) * 1000,
        "raw_ms": median(beside) * 1000,
        "scan_ms": median(scans) * 1000,
        "scan_longest_ms": max(scans) * 1000,
    }
    print(orjson.dumps(told).decode())


if __name__ == "__main__":
    main()
