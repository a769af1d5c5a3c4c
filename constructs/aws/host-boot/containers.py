"""The Compose files: what an earlier instance left is ended, then everything is started."""

import json
import os
import platform

from system import ask, run, say, write

PROJECT_LABEL = "com.docker.compose.project"


def of_project(*filters):
    words = ["docker", "ps", "--all", "--quiet", "--filter", f"label={PROJECT_LABEL}"]
    return ask(*words, *filters)[0].split()


def leave_other_machine(folder, deployed):
    """Ends the containers of another deployment or machine; their volumes stay.

    They came with the data volume, and the engine starts them by itself. MLflow forbids two
    releases on one database, and another processor can't run their images.
    """
    record = folder / "machine.json"
    now = {"hash": deployed, "architecture": platform.machine()}
    before = json.loads(record.read_text()) if record.is_file() else now
    if before != now:
        say("ending the containers of the instance before this one")
        ids = of_project()
        if ids:
            # In their own time: PostgreSQL has a minute for it.
            run("docker", "stop", *ids)
            run("docker", "rm", *ids)
        run("docker", "network", "prune", "--force")
    if before["architecture"] != now["architecture"]:
        run("docker", "image", "prune", "--all", "--force")
    write(record, json.dumps(now) + "\n", 0o644)


def start(files, env_file):
    link = files / ".env"
    if not link.is_symlink():
        os.symlink(env_file, link)
    # Compose was killed before it put secrets into them, and would start them without.
    unstarted = of_project("--filter", "status=created")
    if unstarted:
        run("docker", "rm", *unstarted)
    # Not --build: an image's name changes with its content, and one that is there needs no network.
    run(
        *("docker", "compose", "--project-directory", str(files), "--ansi", "never"),
        *("--progress", "plain", "up", "--detach", "--remove-orphans"),
        *("--wait", "--wait-timeout", "900"),
    )


def prune():
    """Images of earlier deployments, and what was left of building them."""
    run("docker", "image", "prune", "--all", "--force")
    run("docker", "builder", "prune", "--force")
