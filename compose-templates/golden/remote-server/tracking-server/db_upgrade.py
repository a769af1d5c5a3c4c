"""One-shot before the server: make the role and database, then run `mlflow db upgrade`.

Environment: MLFLOW_BACKEND_STORE_URI. With POSTGRES_PASSWORD (the superuser's, or on RDS the master
user's, who is none) the role and the database of that URI are made first, with PGPASSWORD as the
role's password; running it again sets the password again, so a changed one takes effect. Runs any
number of times.

The login tables are left to the server: it brings them up to date itself before it serves, and
loading them here would load the whole server.
"""

import gc
import logging
import os
import sys
import time
from urllib.parse import unquote, urlsplit

# Nothing becomes garbage while modules load, and the job ends soon after.
gc.disable()

# Loading these takes longer than PostgreSQL needs to start, so it happens before the first try.
import mlflow.db
import mlflow.store.db.utils as db
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError

try:
    import psycopg2
    from psycopg2 import sql
except ImportError:  # SQLite and MySQL images do without
    psycopg2 = None


WAIT_SECONDS = 120

VOLUME_PASSWORD = """\
POSTGRES_PASSWORD: the backend store's volume was made with another password than the one
in .env. Put the old value back into .env (a backup of the folder has it), or give the
database the new one, in the folder of docker-compose.yml:
  docker compose exec backend-store psql -U postgres -c '\\password postgres'"""

RDS_PASSWORD = """\
POSTGRES_PASSWORD: the database has another password for its master user than the one that
Secrets Manager had when this job began. RDS changes it now and then: deploy again."""

# In libpq's messages of a server that is there and will not be another one by waiting.
NEVER_READY = ("certificate", "pg_hba.conf", "does not support SSL")


def connect_as_superuser(target):
    """Connect to the database server, which may still be starting."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return psycopg2.connect(
                host=target.hostname,
                port=target.port or 5432,
                user="postgres",
                password=os.environ["POSTGRES_PASSWORD"],
                dbname="postgres",
                connect_timeout=10,
            )
        except psycopg2.OperationalError as error:
            if "password authentication failed" in str(error):
                sys.exit(RDS_PASSWORD if "PGSSLMODE" in os.environ else VOLUME_PASSWORD)
            if any(words in str(error) for words in NEVER_READY):
                sys.exit(f"backend store: {str(error).strip()}")
            if time.monotonic() > deadline:
                sys.exit(f"backend store: not ready after {WAIT_SECONDS} s: {str(error).strip()}")
        time.sleep(0.3)


def prepare_postgres(uri):
    target = urlsplit(uri)
    role, database = unquote(target.username), unquote(target.path.lstrip("/"))
    connection = connect_as_superuser(target)
    connection.autocommit = True
    name, owner = sql.Identifier(database), sql.Identifier(role)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
        verb = sql.SQL("ALTER" if cursor.fetchone() else "CREATE")
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        (superuser,) = cursor.fetchone()
        # Only a superuser may name that attribute of a role that is there, even to say no.
        rights = sql.SQL("NOSUPERUSER NOCREATEDB NOCREATEROLE" if superuser else "NOCREATEDB NOCREATEROLE")
        cursor.execute(
            sql.SQL("{} ROLE {} LOGIN {} PASSWORD %s").format(verb, owner, rights),
            (os.environ["PGPASSWORD"],),
        )
        if not superuser:
            # As on RDS: who made a role may since PostgreSQL 16 give it a database, or change what
            # is that role's, only as its member.
            cursor.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE").format(owner))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,))
        if not cursor.fetchone():
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.close()


def upgrade(uri):
    """`mlflow db upgrade`, where the schema is behind."""
    engine = db.create_sqlalchemy_engine_with_retry(uri)
    scripts = ScriptDirectory.from_config(db._get_alembic_config(uri))
    current = None if db._is_empty_database(engine) else db._get_schema_version(engine)
    if current == scripts.get_current_head():
        print(f"tracking schema {current}: up to date")
    else:
        print(f"tracking schema {current or '(empty)'}: upgrading to {scripts.get_current_head()}")
        try:
            mlflow.db.commands(["upgrade", uri], standalone_mode=False)
        except CommandError as error:
            sys.exit(
                f"backend store: {error}\nThe database was made by a newer MLflow than this image runs. "
                "Use that release again, or restore a backup made with this one."
            )
    engine.dispose()


def main():
    # create_all and 50 migrations log a line each; the result is what matters here.
    logging.disable(logging.INFO)
    uri = os.environ["MLFLOW_BACKEND_STORE_URI"]
    if os.environ.get("POSTGRES_PASSWORD"):
        prepare_postgres(uri)
    upgrade(uri)
    sys.stdout.flush()
    # All is committed; taking a thousand modules down in order would cost another second.
    os._exit(0)


if __name__ == "__main__":
    main()
