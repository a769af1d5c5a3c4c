"""Small words for what every step does: run a program, write a file."""

import os
import subprocess
import time


def say(text):
    print(f"mlflow-stacks: {text}", flush=True)


def run(*words, env=None):
    """Runs a program to its end. Its output is this one's; a failure ends everything."""
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, env=env)


def ask(*words):
    """What a program prints, and its exit code."""
    asked = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    return asked.stdout, asked.returncode


def write(path, text, mode):
    """The old file or the new one, whenever the power goes. @returns whether it was another"""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.is_file() and path.read_text() == text and path.stat().st_mode & 0o777 == mode:
        return False
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        os.fchmod(descriptor, mode)
        file.flush()
        os.fsync(descriptor)
    os.replace(partial, path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return True


def wait_until(seconds, what, true):
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise SystemExit(f"mlflow-stacks: {what}: not after {seconds} s")
        time.sleep(0.5)
