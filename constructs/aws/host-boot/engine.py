"""Docker's engine: on the data volume, with bounded logs and a range of its own."""

import json
from pathlib import Path

from system import ask, run, say, wait_until, write

# Every bridge is in it; see `requireMade` in constructs/aws/resolve-network.ts.
RANGE = "172.17.0.0/16"

SETTINGS = {
    "bip": "172.17.0.1/24",
    "default-address-pools": [{"base": "172.17.128.0/17", "size": 24}],
    "live-restore": True,
    "log-driver": "json-file",
    "log-opts": {"max-size": "10m", "max-file": "3"},
}


def configure(data_root, path=Path("/etc/docker/daemon.json")):
    text = json.dumps({**SETTINGS, "data-root": str(data_root)}, indent=2) + "\n"
    if write(path, text, 0o644) and is_active():
        say("the engine's settings are new: starting it again")
        run("systemctl", "stop", "docker.socket", "docker.service")


def is_active():
    return ask("systemctl", "is-active", "docker.service")[1] == 0


def start():
    run("systemctl", "reset-failed", "docker.socket", "docker.service")
    run("systemctl", "start", "docker.service")
    wait_until(120, "the engine answers", lambda: ask("docker", "version")[1] == 0)
