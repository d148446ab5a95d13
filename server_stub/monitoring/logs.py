"""Logging: one JSON object a line on stderr, without secrets.

Code does not log what a shop sold. As a second line of defence, secrets that reached a field, a message or a
traceback are removed here.
"""

import logging
import re
import sys
from collections.abc import Iterable
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from sync_agent.contract.text import escaped

LEVELS = ("debug", "info", "warning", "error")

_GONE = "(removed)"
_DEPTH_MAX = 6

_SECRET_NAMES = re.compile(
    r"token|password|passwd|secret|pepper|verifier|authorization|cookie|credential|private_?key|api_?key"
    r"|^pin$|_pin$|^pin_|^query(_string)?$|^payload$|^body$|^auth$",
    re.IGNORECASE,
)
_SECRET_TEXTS: tuple[tuple[re.Pattern[str], str], ...] = (
    # A JWT, whole or cut short.
    (re.compile(r"eyJ[A-Za-z0-9_-]{5,}(?:\.[A-Za-z0-9_-]*){0,4}"), _GONE),
    # Refresh tokens and tills' credentials.
    (re.compile(r"ev[rd]_[A-Za-z0-9._:-]+_[A-Za-z0-9_-]+"), _GONE),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {_GONE}"),
    (re.compile(r"\$argon2[a-z]*\$[^\s'\"]+"), _GONE),
    # URLs: credentials of a database, and query strings.
    (re.compile(r"(?<=://)([^/\s:@]*):[^/\s]*@"), rf"\1:{_GONE}@"),
    (re.compile(r"(?<=[A-Za-z0-9/_-])\?[A-Za-z][A-Za-z0-9_.-]*=[^\s'\"]*"), f"?{_GONE}"),
    # "password": "…", pin=…, in the text of an error.
    (
        re.compile(
            r"(?i)((?:access|refresh|device)?_?token|password|secret|pepper|verifier|\bpin)"
            r"(['\"]?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;)}\]]+)"
        ),
        rf"\1\2{_GONE}",
    ),
    # What pydantic could not read, as its errors show it.
    (re.compile(r"input_value=.*?(?=, input_type=)", re.DOTALL), f"input_value={_GONE}"),
)

_OTHERS_LEAST = {
    **dict.fromkeys(("socketio.server", "engineio.server", "socketio", "engineio"), logging.WARNING),
    **dict.fromkeys(("sqlalchemy", "websockets", "uvicorn.access", "asyncio"), logging.WARNING),
    "uvicorn.error": logging.INFO,
}
"""Log levels of the libraries: below these they log payloads, frames and query strings."""


def configure(level: str) -> None:
    """Sends this process's log to stderr; `level` is one of `LEVELS`."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.add_log_level, *_last()],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_last()],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(least)
    for name, at_least in _OTHERS_LEAST.items():
        other = logging.getLogger(name)
        # The Socket.IO libraries attach a plain-text handler to a logger that has no level.
        other.setLevel(max(least, at_least))
        other.handlers.clear()


def _last() -> Iterable[Processor]:
    """The processors that every line passes, ours and the libraries'."""
    return (
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_empty_fields,
        # Tracebacks as text, without the values of variables.
        structlog.processors.ExceptionRenderer(),
        remove_secrets,
        structlog.processors.JSONRenderer(serializer=_as_json),
    )


def _drop_empty_fields(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    return {name: value for name, value in line.items() if value is not None}


def remove_secrets(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Removes the values of fields named like secrets, and whatever looks like a secret in any text."""
    return {name: _clean(name, value, 0) for name, value in line.items()}


def _clean(name: str, value: Any, depth: int) -> Any:
    if _SECRET_NAMES.search(name):
        return _GONE
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth > _DEPTH_MAX:
        return _GONE
    if isinstance(value, dict):
        return {str(key): _clean(str(key), one, depth + 1) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", item, depth + 1) for item in value]
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    for pattern, instead in _SECRET_TEXTS:
        text = pattern.sub(instead, text)
    # Lone surrogates cannot be encoded, and a terminal acts on some letters that JSON does not escape.
    return escaped(text, lines=True)


def _as_json(line: EventDict, **_options: Any) -> str:
    return orjson.dumps(line, default=str).decode()
