"""What the tracking server's own identities are refused, as JSON. Run inside its container.

Each value is the error that the attempt ended with, or "allowed".
"""

import json
import os
import sys

sys.path.insert(0, "/opt/mlflow-stacks")
import run

run.load_secret_files()
import boto3
import psycopg2


def attempt(action):
    try:
        action()
    except Exception as error:
        return str(error).strip() or type(error).__name__
    return "allowed"


def database(statement, **login):
    given = {"user": "mlflow", "password": os.environ["PGPASSWORD"], "dbname": "mlflow", **login}
    connection = psycopg2.connect(host="backend-store", connect_timeout=10, **given)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)


def store(key=None):
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    access, secret = key or [os.environ[name] for name in names]
    return boto3.client(
        "s3",
        endpoint_url=os.environ["MLFLOW_S3_ENDPOINT_URL"],
        region_name=os.environ["AWS_DEFAULT_REGION"],
        aws_access_key_id=access,
        aws_secret_access_key=secret,
    )


default_login = {"user": "postgres", "password": "postgres", "dbname": "postgres"}
answers = {
    "own table": attempt(lambda: database("SELECT 1 FROM experiments")),
    "create role": attempt(lambda: database("CREATE ROLE intruder SUPERUSER")),
    "create database": attempt(lambda: database("CREATE DATABASE intruder")),
    "read a file of the server": attempt(lambda: database("COPY (SELECT 1) TO PROGRAM 'true'")),
    "postgres/postgres": attempt(lambda: database("SELECT 1", **default_login)),
    "own bucket": attempt(lambda: store().list_objects_v2(Bucket="mlflow")),
    "make a bucket": attempt(lambda: store().create_bucket(Bucket="intruder")),
    "list another bucket": attempt(lambda: store().list_objects_v2(Bucket="intruder")),
    "delete the bucket": attempt(lambda: store().delete_bucket(Bucket="mlflow")),
    "rustfsadmin/rustfsadmin": attempt(lambda: store(("rustfsadmin", "rustfsadmin")).list_buckets()),
}
try:
    answers["buckets it sees"] = [entry["Name"] for entry in store().list_buckets()["Buckets"]]
except Exception:
    answers["buckets it sees"] = []
print(json.dumps(answers))
