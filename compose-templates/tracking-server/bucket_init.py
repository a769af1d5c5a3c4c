"""One-shot before the server: make the bucket and, on RustFS, a key that opens only this bucket.

Environment:
  MLFLOW_S3_ENDPOINT_URL, AWS_DEFAULT_REGION     where the store is
  MLFLOW_STACKS_BUCKET                           the bucket's name
  RUSTFS_ACCESS_KEY, RUSTFS_SECRET_KEY           root key; absent: AWS_* below makes the bucket itself
  AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY       the key that the tracking server uses
Runs any number of times.
"""

import json
import os
import sys
import time
import urllib.parse

import boto3
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.httpsession import URLLib3Session

ENDPOINT = os.environ["MLFLOW_S3_ENDPOINT_URL"]
REGION = os.environ["AWS_DEFAULT_REGION"]
BUCKET = os.environ["MLFLOW_STACKS_BUCKET"]
SERVER_KEY = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
ROOT_KEY = (os.environ.get("RUSTFS_ACCESS_KEY"), os.environ.get("RUSTFS_SECRET_KEY"))

WAIT_SECONDS = 60


class NotReady(Exception):
    """The store answers, but cannot do it yet."""


def s3_client(key):
    return boto3.client(
        "s3",
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=key[0],
        aws_secret_access_key=key[1],
        config=Config(retries={"max_attempts": 2, "mode": "standard"}, connect_timeout=5, read_timeout=30),
    )


def make_bucket(client):
    try:
        client.head_bucket(Bucket=BUCKET)
        print(f"bucket {BUCKET}: exists")
        return
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
            raise
    # us-east-1 must not be named as a location: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    location = {} if REGION == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": REGION}}
    try:
        client.create_bucket(Bucket=BUCKET, **location)
        print(f"bucket {BUCKET}: made")
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise


def rustfs_admin(path, query, body):
    url = f"{ENDPOINT}/rustfs/admin/v3/{path}?{urllib.parse.urlencode(query)}"
    request = AWSRequest(method="PUT", url=url, data=json.dumps(body).encode())
    S3SigV4Auth(Credentials(*ROOT_KEY), "s3", REGION).add_auth(request)
    response = URLLib3Session(timeout=30).send(request.prepare())
    if response.status_code >= 500:
        raise NotReady(f"{path} answered {response.status_code}")
    if response.status_code >= 300:
        sys.exit(f"artifact store: {path} answered {response.status_code}: {response.text[:300]}")


def make_server_key():
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
                "Resource": [f"arn:aws:s3:::{BUCKET}"],
            },
            {
                "Effect": "Allow",
                "Action": [
                    "s3:GetObject",
                    "s3:PutObject",
                    "s3:DeleteObject",
                    "s3:AbortMultipartUpload",
                    "s3:ListMultipartUploadParts",
                ],
                "Resource": [f"arn:aws:s3:::{BUCKET}/*"],
            },
        ],
    }
    name = f"mlflow-{BUCKET}"
    rustfs_admin("add-canned-policy", {"name": name}, policy)
    rustfs_admin("add-user", {"accessKey": SERVER_KEY[0]}, {"secretKey": SERVER_KEY[1], "status": "enabled"})
    rustfs_admin("set-user-or-group-policy", {"policyName": name, "userOrGroup": SERVER_KEY[0], "isGroup": "false"}, {})
    print(f"the tracking server's key: limited to bucket {BUCKET}")


def prepare():
    make_bucket(s3_client(ROOT_KEY if ROOT_KEY[0] else SERVER_KEY))
    if ROOT_KEY[0]:
        make_server_key()
    # Proves the key that the server will use, not the one that made the bucket.
    s3_client(SERVER_KEY).list_objects_v2(Bucket=BUCKET, MaxKeys=1)
    print("the tracking server's key can list the bucket")


def may_pass(error):
    """Whether the store may just not be ready: no answer yet, or an answer of 5xx."""
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500
    return True


def main():
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            prepare()
            return
        except (ClientError, BotoCoreError, NotReady) as error:
            if not may_pass(error) or time.monotonic() > deadline:
                sys.exit(f"artifact store at {ENDPOINT}, bucket {BUCKET}: {error}")
        time.sleep(0.5)


if __name__ == "__main__":
    main()
