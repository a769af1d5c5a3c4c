"""One-shot: copy this container's secrets onto the volumes of the containers that read them.

Compose copies a secret that comes from .env into a container before it starts, which it refuses
to do where the root file system is read-only. This job's root is writable; the others mount its
result read-only.

Terraform would keep a file that it puts into a container in its state: with "-" the secrets come
in on standard input instead, as one JSON object, and are nowhere but there.

    install_secrets.py MANIFEST [-]     {"<directory>": ["<secret>", ...], ...} as JSON
"""

import json
import os
import sys

SOURCE = "/run/secrets"


def write(path, data):
    partial = f"{path}.partial"
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o444)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)


def read_secret(name):
    """Compose gives no file for a value that is empty."""
    path = os.path.join(SOURCE, name)
    if not os.path.isfile(path):
        return b""
    with open(path, "rb") as file:
        return file.read()


def read_secrets(names, source):
    if source == "-":
        given = json.load(sys.stdin)
        values = {name: given.get(name, "").encode() for name in names}
    else:
        values = {name: read_secret(name) for name in names}
    missing = sorted(name for name, value in values.items() if not value)
    if missing:
        sys.exit("in .env these have no value: " + ", ".join(missing))
    return values


def main():
    manifest = json.loads(sys.argv[1])
    wanted = {name for names in manifest.values() for name in names}
    values = read_secrets(wanted, sys.argv[2] if len(sys.argv) > 2 else SOURCE)
    for directory, names in manifest.items():
        for name in names:
            write(os.path.join(directory, name), values[name])
        for stale in set(os.listdir(directory)) - set(names):
            os.unlink(os.path.join(directory, stale))
    print(f"secrets installed for {len(manifest)} containers")


if __name__ == "__main__":
    main()
