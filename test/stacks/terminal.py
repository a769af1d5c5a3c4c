"""Runs a command on a terminal of its own and types when asked.

argv[1] is JSON: {"words": [...], "cwd": "...", "env": {...}, "steps": [["text to wait for", "keys"], ...]}.
Prints what the terminal showed; exits with the command's code, or 124 when a text never came.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

job = json.loads(sys.argv[1])
child, terminal = pty.fork()
if child == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
    os.chdir(job["cwd"])
    os.execve(job["words"][0], job["words"], job["env"])

shown = b""
deadline = time.monotonic() + 20


def read() -> bool:
    """Takes what is there; False at the end."""
    global shown
    if time.monotonic() > deadline:
        os.kill(child, 9)
        sys.stdout.write(shown.decode(errors="replace"))
        sys.exit(124)
    if not select.select([terminal], [], [], 0.1)[0]:
        return True
    try:
        text = os.read(terminal, 65536)
    except OSError:  # Linux says so at the end
        return False
    shown += text
    return text != b""


position = 0
for text, keys in job["steps"]:
    while text.encode() not in shown[position:]:
        if not read():
            break
    position = len(shown)
    time.sleep(0.1)
    try:
        os.write(terminal, keys.encode())
    except OSError:
        break
while read():
    pass
sys.stdout.write(shown.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
