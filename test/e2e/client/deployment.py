"""What the scripts beside this one share."""

import hashlib
import random

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
