"""`python -m server_stub.documents FOLDER` writes both documents."""

import sys
from collections.abc import Sequence
from pathlib import Path

from server_stub.documents import documents, written


def main(arguments: Sequence[str] | None = None) -> int:
    """Write both to the folder that is the only argument. Returns the exit code."""
    (folder,) = sys.argv[1:] if arguments is None else arguments
    for name, document in documents().items():
        (Path(folder) / name).write_bytes(written(document))
    return 0


if __name__ == "__main__":
    sys.exit(main())
