"""One-shot: copy this container's secrets onto the volumes of the containers that read them.

Compose copies a secret that comes from .env into a container before it starts, which it refuses
to do where the root file system is read-only. This job's root is writable; the others mount its
result read-only.

    install_secrets.py MANIFEST     {"<directory>": ["<secret>", ...], ...} as JSON
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


def require_values(manifest):
    """Compose gives no file for a value that is empty."""
    missing = sorted({name for names in manifest.values() for name in names if not has_value(name)})
    if missing:
        sys.exit("in .env these have no value: " + ", ".join(missing))


def has_value(name):
    path = os.path.join(SOURCE, name)
    return os.path.isfile(path) and os.path.getsize(path) > 0


def main():
    manifest = json.loads(sys.argv[1])
    require_values(manifest)
    for directory, names in manifest.items():
        for name in names:
            with open(os.path.join(SOURCE, name), "rb") as file:
                write(os.path.join(directory, name), file.read())
        for stale in set(os.listdir(directory)) - set(names):
            os.unlink(os.path.join(directory, stale))
    print(f"secrets installed for {len(manifest)} containers")


if __name__ == "__main__":
    main()
