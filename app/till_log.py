"""The till's log file, of bounded size."""

import io
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from sync_agent import private_files
from sync_agent.contract.text import escaped


class _Escaping(logging.Formatter):
    """A message is one line, whatever name it quotes; control letters are written out."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return escaped(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        # With a traceback, which another handler may have formatted before.
        return escaped(super().format(record), lines=True)


def log_to(path: Path) -> None:
    """Log this process to `path`, rotated at 2 MB, with three older files."""
    handler = _PrivateFiles(path, maxBytes=2_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(_Escaping("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # At DEBUG it writes down what threads were given and return, a code or a PIN's hash among it.
    logging.getLogger("qasync").setLevel(logging.INFO)


class _PrivateFiles(RotatingFileHandler):
    """Each file is created for its owner alone: a traceback may have a customer's or an article's name."""

    def _open(self) -> io.TextIOWrapper:
        return private_files.open_text(Path(self.baseFilename), "a")
