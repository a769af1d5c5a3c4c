"""Run one MLflow command line: secrets come from files, and the server is one process.

    python run.py mlflow server --host 0.0.0.0 --workers 1
    python run.py db-upgrade
    python run.py bucket-init
    python run.py install-secrets /secrets

Environment:
  <NAME>_FILE             for each NAME in SECRET_VARIABLES: a file whose whole text becomes NAME.
                          The value is then in no `docker inspect`, and with one worker not in
                          /proc/<pid>/environ; several workers inherit it there.
  MLFLOW_STACKS_OWN_TMPDIR  "true": empty TMPDIR, which must be set too, before the server starts.
                          A killed server leaves half-received uploads there.
"""

import configparser
import ctypes
import gc
import logging
import os
import runpy
import shutil
import sys
import tempfile
import warnings

SECRET_VARIABLES = (
    "MLFLOW_BACKEND_STORE_URI",
    "MLFLOW_AUTH_ADMIN_PASSWORD",
    "MLFLOW_FLASK_SERVER_SECRET_KEY",
    "MLFLOW_CRYPTO_KEK_PASSPHRASE",
    "PGPASSWORD",
    "POSTGRES_PASSWORD",
    "RUSTFS_ACCESS_KEY",
    "RUSTFS_SECRET_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
)

# MLflow releases whose private `mlflow.server._exec_cmd` was read and tested. Any other release
# starts the way `mlflow server` itself does: a parent process and a child.
ONE_PROCESS_RELEASES = ("3.17.2",)

# What healthcheck.py asks for; a line every five seconds would bury the rest of the log.
HEALTH_QUERY = "experiment_id=0&health"


def load_secret_files():
    for name in SECRET_VARIABLES:
        path = os.environ.get(f"{name}_FILE")
        if not path:
            continue
        try:
            with open(path, encoding="utf-8", newline="") as file:
                os.environ[name] = file.read()
        except OSError as error:
            sys.exit(f"{name}_FILE: cannot read the secret {path}: {error.strerror}")


def empty_own_tmpdir():
    if os.environ.get("MLFLOW_STACKS_OWN_TMPDIR") != "true":
        return
    directory = os.environ.get("TMPDIR")
    # Python falls back to /tmp or the working directory, which may be everybody's.
    if not directory or os.path.realpath(directory) != os.path.realpath(tempfile.gettempdir()):
        sys.exit(f"TMPDIR: must name a writable folder of the server's own; got {directory!r}")
    for entry in os.scandir(directory):
        try:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path, ignore_errors=True)
            else:
                os.unlink(entry.path)
        except OSError:
            pass  # a file that Windows holds open, or that another process took away first


def write_auth_config():
    """Write the basic-auth settings MLflow only reads from a file. The URI in it may be secret."""
    if os.environ.get("MLFLOW_AUTH_CONFIG_PATH"):
        return
    config = configparser.RawConfigParser()
    config["mlflow"] = {
        "default_permission": os.environ["MLFLOW_STACKS_DEFAULT_PERMISSION"],
        # MLflow reads this file with interpolation on, where "%" is written "%%".
        "database_uri": os.environ["MLFLOW_BACKEND_STORE_URI"].replace("%", "%%"),
        "authorization_function": "mlflow.server.auth:authenticate_request_basic_auth",
        "grant_default_workspace_access": "false",
        # Without the cache each request costs one PBKDF2, a third of a second on an N100.
        "auth_cache_ttl_seconds": "60",
    }
    descriptor, path = tempfile.mkstemp(prefix="basic-auth-", suffix=".ini")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        config.write(file)
    os.environ["MLFLOW_AUTH_CONFIG_PATH"] = path


def settle_memory():
    """Give back what loading left behind, and keep what stays out of later collections."""
    gc.collect()
    gc.freeze()
    gc.enable()
    if sys.platform == "linux":
        try:
            ctypes.CDLL("libc.so.6").malloc_trim(0)
        except (OSError, AttributeError):
            pass  # musl has neither the name nor the habit


def serve_in_this_process():
    """Make `mlflow server` run uvicorn here instead of in a child: half the memory and start time.

    `mlflow server` checks its options, prepares the stores, then calls
    `_exec_cmd([python, -m, uvicorn, ...], extra_env=...)` and waits. With one worker uvicorn
    needs no supervisor, so the same words can run in the process that is already loaded.
    """
    import mlflow
    import mlflow.server

    if mlflow.__version__ not in ONE_PROCESS_RELEASES:
        return
    spawn = mlflow.server._exec_cmd

    def exec_cmd(command, *, extra_env=None, **options):
        words = list(command)
        one_worker = "--workers" in words and words[words.index("--workers") + 1] == "1"
        if words[:3] != [sys.executable, "-m", "uvicorn"] or not one_worker:
            return spawn(command, extra_env=extra_env, **options)
        import uvicorn.main

        os.environ.update(extra_env or {})
        logging.getLogger("uvicorn.access").addFilter(lambda record: HEALTH_QUERY not in record.getMessage())
        settle_memory()
        uvicorn.main.main(words[3:], standalone_mode=False)
        sys.exit(0)

    mlflow.server._exec_cmd = exec_cmd


def run_mlflow(words):
    if words[:1] == ["server"]:
        empty_own_tmpdir()
        if "basic-auth" in words:
            write_auth_config()
        # Thousands of long-lived objects are made while importing; collecting meanwhile finds none.
        gc.disable()
        warnings.filterwarnings("ignore", message="starlette.middleware.wsgi is deprecated")
        serve_in_this_process()
    from mlflow.cli import cli

    sys.argv = ["mlflow", *words]
    cli()


def main():
    load_secret_files()
    verb, words = sys.argv[1], sys.argv[2:]
    if verb == "mlflow":
        run_mlflow(words)
        return
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{verb.replace('-', '_')}.py")
    sys.argv = [script, *words]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    main()
