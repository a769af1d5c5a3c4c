"""Health of the tracking server: HTTP and the database behind it, in about 20 ms.

MLflow's own /health answers without looking at the database. This asks for one experiment:
200 and 404 come from the database; with login on, an unknown user's 401 comes from the login
tables. A 5xx or no answer is unhealthy. Python's http.client would take three times as long to
load as the check itself, and this runs every few seconds for years.

A server that does not listen yet is waited for, up to WAIT_SECONDS: it counts as healthy the moment
it answers and not at the next check.
"""

import socket
import sys
import time

WAIT_SECONDS = 4
PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
REQUEST = (
    "GET /api/2.0/mlflow/experiments/get?experiment_id=0&health HTTP/1.0\r\n"
    f"Host: localhost:{PORT}\r\n"
    # health:health, a user that does not exist: MLflow looks it up and says no.
    "Authorization: Basic aGVhbHRoOmhlYWx0aA==\r\n\r\n"
)


def ask():
    with socket.create_connection(("127.0.0.1", PORT), timeout=4) as connection:
        connection.sendall(REQUEST.encode())
        return connection.makefile("rb").readline().split()


deadline = time.monotonic() + WAIT_SECONDS
while True:
    try:
        status = ask()
        break
    except ConnectionRefusedError:
        if time.monotonic() > deadline:
            sys.exit(f"nothing listens on port {PORT}")
        time.sleep(0.1)
    except OSError as error:
        sys.exit(f"no answer on port {PORT}: {error}")
if len(status) < 2 or status[1] not in (b"200", b"401", b"404"):
    sys.exit(f"tracking server answered {b' '.join(status).decode() or 'nothing'}")
