"""One process of a server of several, with the settings that a test gives it as JSON."""

import sys
from pathlib import Path

import orjson

from server_stub.monitoring import logs
from server_stub.run import serve
from server_stub.settings import RateLimits, Settings


def main(told: str) -> None:
    changed = orjson.loads(told)
    for name in ("home", "secret_path"):
        changed[name] = Path(changed[name])
    changed["rate_limits"] = RateLimits(**changed.get("rate_limits", {}))
    logs.configure("info")
    serve(Settings(**changed))


if __name__ == "__main__":
    main(sys.argv[1])
