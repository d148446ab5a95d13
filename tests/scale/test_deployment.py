"""What describes production belongs together: compose.yaml, the Dockerfile, and the files that they name."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.kit.paths import ROOT


@cache
def compose() -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return described


def our_services() -> list[str]:
    return [name for name, service in compose()["services"].items() if service["image"] == "evertill-server"]


@cache
def flags_of(*command: str) -> set[str]:
    """The flags that the server's own help names."""
    told = subprocess.run(
        [sys.executable, "-m", "server_stub", *command, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(re.findall(r"--[a-z][a-z-]+", told.stdout))


def test_there_are_two_servers_and_a_step_that_migrates() -> None:
    assert our_services() == ["server-1", "server-2", "migrate"]
    assert compose()["services"]["server-1"]["command"] == compose()["services"]["server-2"]["command"]


@pytest.mark.slow
@pytest.mark.parametrize("name", our_services())
def test_every_flag_is_one_that_the_server_has(name: str) -> None:
    words = compose()["services"][name]["command"]
    command = [words[0]] if not words[0].startswith("--") else []
    flags = {word.partition("=")[0] for word in words[len(command) :]}
    assert flags
    assert flags <= flags_of(*command)


def test_the_proxy_is_the_one_that_the_servers_believe() -> None:
    services = compose()["services"]
    address = services["proxy"]["networks"]["inside"]["ipv4_address"]
    assert f"--trusted-proxy={address}" in services["server-1"]["command"]


def test_only_the_proxy_is_reached_from_outside() -> None:
    services = compose()["services"]
    assert {name for name, service in services.items() if "ports" in service} == {"proxy"}
    assert compose()["networks"]["inside"]["internal"] is True
    assert all("deploy" in service for service in services.values()), "each has its limits"


@pytest.mark.parametrize("name", compose()["services"])
def test_every_container_is_hardened(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert any(mount.split(":")[0] == "/tmp" for mount in service["tmpfs"])  # noqa: S108 - in a container
    assert {"cpus", "memory", "pids"} <= service["deploy"]["resources"]["limits"].keys()
    assert re.fullmatch(r"\d+:\d+", service["user"]), "a user by number, whatever the image's names are"
    assert not {"privileged", "pid", "ipc", "devices"} & service.keys()
    # Root is that step alone which gives a volume away.
    is_step = service.get("restart") == "no"
    assert (service["user"] == "0:0") == (name == "proxy-volume"), (
        "root is the step alone that gives a volume away"
    )
    assert is_step or "DAC_READ_SEARCH" not in service.get("cap_add", [])
    assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE", "CHOWN", "DAC_READ_SEARCH"}


def networks_of(name: str) -> set[str]:
    return set(compose()["services"][name].get("networks", []))


def test_nobody_reaches_whom_they_need_not() -> None:
    for name in ("postgres", "redis"):
        assert networks_of(name) == {"data"}
        assert not networks_of(name) & (networks_of("proxy") | networks_of("prometheus"))
    assert networks_of("prometheus") & networks_of("server-1")
    assert networks_of("proxy") & networks_of("server-1")
    assert networks_of("migrate") == {"data"}
    reachable = {
        name for name, network in compose()["networks"].items() if not (network or {}).get("internal")
    }
    assert reachable == {"street"}
    assert [name for name in compose()["services"] if "street" in networks_of(name)] == ["proxy"]


def mounted() -> Iterator[str]:
    for service in compose()["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("."):
                yield source
            else:
                assert source in compose()["volumes"]


def test_every_mounted_file_is_there() -> None:
    assert len(set(mounted())) == 3
    for source in mounted():
        assert (ROOT / source).exists(), source


def test_every_secret_is_declared_and_made(tmp_path: Path) -> None:
    subprocess.run(["sh", ROOT / "deploy" / "make-secrets.sh", tmp_path], check=True)
    declared = compose()["secrets"]
    assert {Path(secret["file"]).name for secret in declared.values()} == {
        made.name for made in tmp_path.iterdir()
    }
    for service in compose()["services"].values():
        assert set(service.get("secrets", [])) <= declared.keys()
    mentioned = set(re.findall(r"/run/secrets/([a-z-]+)", (ROOT / "compose.yaml").read_text()))
    assert mentioned <= declared.keys()
    assert len({made.read_text() for made in tmp_path.iterdir()}) == len(declared)


def copied() -> list[str]:
    """What the image takes of this folder."""
    lines = re.findall(r"^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    return [source for line in lines for source in line.split()[:-1]]


def test_the_image_copies_what_is_there_and_not_ignored() -> None:
    let_in = (ROOT / ".dockerignore").read_text().splitlines()
    for source in copied():
        assert (ROOT / source).exists(), source
        assert f"!{source}" in let_in


@cache
def modules_of_the_image(home: Path) -> set[str]:
    """What a server loads that has the image's files alone, serving on PostgreSQL and Redis included."""
    for source in copied():
        target = home / source
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / source, target)
    program = (
        "import sys; sys.path[:0] = [sys.argv[1]]\n"
        "import server_stub.cli.main, psycopg, redis.asyncio, limits.aio.storage.redis\n"
        "import server_stub.presence.shared, server_stub.realtime.bus\n"
        "from server_stub.cli.demo_data import demo_articles; assert demo_articles()\n"
        "assert server_stub.__file__.startswith(sys.argv[1])\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    told = subprocess.run(
        [sys.executable, "-c", program, str(home)], cwd=home, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    return set(told.stdout.split())


def pinned(lock: str) -> dict[str, set[str]]:
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


@pytest.mark.slow
def test_the_image_has_all_that_the_server_loads_and_nothing_of_the_window(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    loaded = modules_of_the_image(tmp_path_factory.mktemp("image"))
    assert not loaded & {"PySide6", "qasync", "app"}
    distributions = packages_distributions()
    needed = {
        re.sub(r"[-_.]+", "-", name).lower()
        for module in loaded - {"server_stub", "sync_agent", "resources"}
        for name in distributions.get(module, [])[:1]
    }
    # Read where they are installed, as they are beside the tests: `requests` by Engine.IO's client for
    # threads, `colorama` (which the till's plots bring) by structlog for its coloured console.
    optional = {"requests", "urllib3", "charset-normalizer", "setuptools", "colorama"}
    assert needed - pinned("requirements-server.lock").keys() <= optional


def test_the_image_has_the_versions_that_were_tested() -> None:
    tested = pinned("requirements.lock")
    served = pinned("requirements-server.lock")
    assert served
    assert {name: versions for name, versions in served.items() if versions != tested.get(name)} == {}
    assert "pyside6-essentials" not in served


@pytest.mark.slow
def test_the_document_names_what_is_there() -> None:
    text = (ROOT / "docs" / "deploy.md").read_text()
    for path in re.findall(r"`((?:deploy|scripts|docs)/[\w./-]+|compose\.yaml|Dockerfile)`", text):
        assert path == "deploy/secrets" or (ROOT / path).exists(), path
    commands = set(re.findall(r"evertill server ([a-z]+(?:-[a-z]+)*) --", text))
    for command in commands:
        assert "--database" in flags_of(command)
    known = set().union(*map(flags_of, ("migrate", "add-tenant", "new-epoch")), flags_of())
    assert set(re.findall(r"(?<=`)--[a-z-]+", text)) <= known
