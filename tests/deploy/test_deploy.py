"""What a practice runs on a server: linted and checked against the code it starts.

No image is built here: that needs packages of a registry of images. What can be told without is.
"""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from allay_metrics import config
from allay_metrics.cli.main import commands

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = DEPLOY / "Dockerfile"
UNITS = ("allay.service", "allay-backup.service", "allay-backup.timer")
# Names that Docker, Caddy or PostgreSQL read; the others are ours and stand in config.py.
OF_THE_MACHINE = {"ALLAY_HOST", "ALLAY_UPSTREAM", "ALLAY_DATABASE_PASSWORD"}


def _compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))


def _unit(name: str) -> configparser.ConfigParser:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return unit


def _copied() -> list[str]:
    lines = DOCKERFILE.read_text(encoding="utf-8").splitlines()
    words = [
        line.split()[1:-1] for line in lines if line.startswith("COPY") and "--from" not in line
    ]
    return [name for line in words for name in line]


def test_the_dockerfile_has_no_fault_that_its_linter_knows():
    lint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([lint, DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_whatever_the_image_copies_is_there_and_let_through_to_its_builder():
    let_through = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.startswith("!")
    }
    copied = _copied()
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(copied) == let_through


def test_records_and_secrets_never_reach_the_builder():
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "*", "everything is kept out that is not named"
    assert not any("practice" in line or ".env" in line for line in lines if line.startswith("!"))


def test_the_image_installs_by_hash_and_runs_as_nobody_in_particular():
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert "--require-hashes" in text
    user = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    assert user == ["10001:10001"]
    assert re.search(r"^HEALTHCHECK ", text, re.MULTILINE)


def test_what_the_image_and_the_service_start_are_commands_of_ours():
    started = re.findall(r'CMD \["(\w+)"', DOCKERFILE.read_text(encoding="utf-8"))
    started = [word for word in started if word != "python"]
    for name in ("allay.service", "allay-backup.service"):
        started += re.findall(r"-m allay_metrics (\w+)", _unit(name)["Service"]["ExecStart"])
    assert started == ["serve", "serve", "backup"]
    assert set(started) <= set(commands.commands)


def test_only_the_proxy_is_reachable_from_outside():
    services = _compose()["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert _compose()["networks"]["inside"] == {"internal": True}
    assert services["database"]["networks"] == ["inside"]


def test_the_dashboard_believes_the_network_of_its_proxy_and_no_other():
    compose = _compose()
    (outside,) = compose["networks"]["outside"]["ipam"]["config"]
    assert compose["services"]["dashboard"]["environment"]["ALLAY_PROXY"] == outside["subnet"]
    assert compose["services"]["proxy"]["networks"] == ["outside"]


@pytest.mark.parametrize("name", ["database", "dashboard", "proxy"])
def test_no_container_may_gain_rights(name):
    assert "no-new-privileges:true" in _compose()["services"][name]["security_opt"]


def test_the_dashboard_writes_in_the_records_folder_alone():
    ours = _compose()["services"]["dashboard"]
    assert ours["read_only"] is True
    assert ours["volumes"] == ["records:/records"]
    assert ours["cap_drop"] == ["ALL"]


def test_no_secret_has_a_value_in_the_repository():
    for path in DEPLOY.iterdir():
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"(SECRET|PASSWORD|KEY)=[^\s$#]", text), path.name


def test_every_setting_named_for_a_server_is_one_the_code_reads():
    named = {
        word for path in DEPLOY.iterdir() for word in re.findall(r"ALLAY_[A-Z_]+", path.read_text())
    }
    known = set(re.findall(r"`(ALLAY_[A-Z_]+)`", config.__doc__ or ""))
    assert named - OF_THE_MACHINE - known == set()


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_has_only_sections_that_systemd_knows(name):
    assert set(_unit(name).sections()) <= {"Unit", "Service", "Timer", "Install"}


def test_the_service_runs_as_an_account_of_its_own_and_writes_in_one_folder():
    service = _unit("allay.service")["Service"]
    assert service["DynamicUser"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["StateDirectory"] == "allay"
    assert service["UMask"] == "0077"
