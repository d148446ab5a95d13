"""Pins the images of compose.yaml and the Dockerfile to what their tags are now: `name:tag@sha256:…`.

Whoever releases runs it (`make pin`), so that what was tried is what runs: a tag can be given to another
image any day. It asks the registry through the first of docker, skopeo and crane that is installed, writes
all files or none, and invents nothing. `--check` asks nobody, and fails if an image is not pinned.
"""

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILES = ("compose.yaml", "Dockerfile")
OWN = "evertill-server"
"""Built here, of pinned images and packages."""

_IMAGE = re.compile(
    r"^(?P<before>\s*(?:image:|FROM)\s+)(?P<name>[a-z0-9][a-z0-9._/:-]*?)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]*))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?(?P<after>\s.*)?$",
    re.MULTILINE,
)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_ANSWER_S_MAX = 120

TOOLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("docker", ("buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", "{image}")),
    ("skopeo", ("inspect", "--no-tags", "--format", "{{.Digest}}", "docker://{image}")),
    ("crane", ("digest", "{image}")),
)
"""Each prints the digest of an image's index, which names the images of all kinds of machines."""


class NotPinned(Exception):
    """An image could not be resolved, or is not pinned."""


def images_in(text: str) -> list[re.Match[str]]:
    """The lines that name an image of others."""
    return [found for found in _IMAGE.finditer(text) if found["name"] != OWN]


def pinned(text: str, digest_of: dict[str, str]) -> str:
    """The text with each image at its digest."""

    def pin(found: re.Match[str]) -> str:
        if found["name"] == OWN:
            return found[0]
        tagged = _tagged(found)
        return f"{found['before']}{tagged}@{digest_of[tagged]}{found['after'] or ''}"

    return _IMAGE.sub(pin, text)


def _tagged(found: re.Match[str]) -> str:
    if found["tag"] is None:
        raise NotPinned(f"{found['name']} has no tag")
    return f"{found['name']}:{found['tag']}"


def resolve(image: str, tool: str, words: Sequence[str]) -> str:
    """The digest that an image's tag has now. Raises NotPinned."""
    command = [tool, *(word.replace("{image}", image) for word in words)]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=_ANSWER_S_MAX, check=False)
    except subprocess.TimeoutExpired as error:
        raise NotPinned(f"{image}: {tool} did not answer in {_ANSWER_S_MAX} s") from error
    told = ran.stdout.strip()
    if ran.returncode != 0 or _DIGEST.fullmatch(told) is None:
        raise NotPinned(f"{image}: {tool} says no digest: {(ran.stderr or told).strip()[-500:]}")
    return told


def check(texts: dict[Path, str]) -> None:
    """Raises NotPinned, naming each image that has no digest."""
    bare = [
        f"{path.name}: {found[0].strip()}"
        for path, text in texts.items()
        for found in images_in(text)
        if found["digest"] is None
    ]
    if bare:
        raise NotPinned("not pinned:\n  " + "\n  ".join(bare))


def pin(texts: dict[Path, str]) -> None:
    """Rewrites the files. Raises NotPinned, and has then written none."""
    tool, words = next(((name, words) for name, words in TOOLS if shutil.which(name)), (None, ()))
    if tool is None:
        raise NotPinned(f"none of {', '.join(name for name, _words in TOOLS)} is installed")
    wanted = {_tagged(found) for text in texts.values() for found in images_in(text)}
    digest_of = {image: resolve(image, tool, words) for image in sorted(wanted)}
    for path, text in texts.items():
        path.write_text(pinned(text, digest_of))
    for image, digest in digest_of.items():
        sys.stdout.write(f"{image} is {digest}\n")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder of the files (%(default)s)")
    parser.add_argument("--check", action="store_true", help="ask nobody; fail if an image is not pinned")
    arguments = parser.parse_args()
    texts = {arguments.root / name: (arguments.root / name).read_text() for name in FILES}
    try:
        (check if arguments.check else pin)(texts)
    except NotPinned as error:
        sys.stderr.write(f"pin_images: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
