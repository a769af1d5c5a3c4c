"""What the scripts beside this one share."""

import hashlib
import json
import os
import random
import sys

os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

CHUNK = 1 << 20


def write_random_file(path, size, seed):
    """`size` bytes that no compression shortens, the same for the same seed. @returns SHA-256"""
    source, digest = random.Random(seed), hashlib.sha256()
    with open(path, "wb") as file:
        for start in range(0, size, CHUNK):
            data = source.randbytes(min(CHUNK, size - start))
            digest.update(data)
            file.write(data)
    return digest.hexdigest()


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
    return digest.hexdigest()


def answer(result):
    """The result for the caller: the last line of standard output."""
    sys.stdout.flush()
    print(json.dumps(result), flush=True)
