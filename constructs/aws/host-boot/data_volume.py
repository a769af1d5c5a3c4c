"""The volume that outlives the instance: found, made a file system once, mounted."""

import os
from pathlib import Path

from system import ask, run, say, wait_until, write

LABEL = "mlflow-data"
# Of a file system that is being made. It was never mounted, so nothing is on it.
UNFINISHED = "mlflow-making"

# Terraform attaches it when the instance runs already, and an earlier one may have to stop first.
WAIT_SECONDS = 900


def wait_for(volume_id, folder=Path("/dev/disk/by-id"), seconds=WAIT_SECONDS):
    """@returns the device of a volume of EC2, `vol-0123456789abcdef0`"""
    name = f"nvme-Amazon_Elastic_Block_Store_{volume_id.replace('-', '')}"
    link = folder / name
    say(f"waiting for the volume {volume_id}")
    wait_until(seconds, f"{volume_id} is attached", link.exists)
    return Path(os.path.realpath(link))


def probe(device):
    """What is on a device: tags of blkid, and nothing where there is nothing that it knows."""
    # blkid says the same of an empty device and of one that it can't read.
    with open(device, "rb") as file:
        file.read(4096)
    printed, code = ask("blkid", "--probe", "--output", "export", str(device))
    if code not in (0, 2):
        raise SystemExit(f"mlflow-stacks: blkid can't tell what is on {device}; exit code {code}")
    return dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)


def format_if_new(device):
    found = probe(device)
    label = found.get("LABEL")
    if label == LABEL:
        return
    if found and label != UNFINISHED:
        raise SystemExit(
            f"mlflow-stacks: {device} holds something else, which is left alone: "
            f"{found.get('TYPE') or found.get('PTTYPE')} {label or 'without a label'}"
        )
    say(f"{device} is new: making a file system")
    run("mkfs.ext4", "-q", "-F", "-L", UNFINISHED, str(device))
    run("e2label", str(device), LABEL)


def mount(device, path, table=Path("/etc/fstab")):
    uuid = probe(device)["UUID"]
    path.mkdir(parents=True, exist_ok=True)
    # nofail: without the volume the instance still starts, and SSM still lets somebody in.
    line = f"UUID={uuid} {path} ext4 defaults,nofail,x-systemd.device-timeout=30 0 2"
    if write(table, with_line(table.read_text(), str(path), line), 0o644):
        run("systemctl", "daemon-reload")
    if not os.path.ismount(path):
        run("mount", str(path))
    if os.stat(path).st_dev != os.stat(device).st_rdev:
        raise SystemExit(f"mlflow-stacks: {path} is mounted from another device than {device}")
    # A volume that was made larger; nothing otherwise.
    run("resize2fs", str(device))


def with_line(table, path, line):
    """The file systems' table with one line for a path."""
    others = [each for each in table.splitlines() if each.split()[1:2] != [path]]
    return "\n".join([*others, line]) + "\n"
