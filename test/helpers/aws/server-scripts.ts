/** What the kernel and the environment say of the server, and of what it may write. */
export const aboutServer = `import json, os
status = dict(line.split(":\\t", 1) for line in open("/proc/1/status").read().splitlines() if ":\\t" in line)
pss = next(line for line in open("/proc/1/smaps_rollup") if line.startswith("Pss:"))
limits = {line[:26].strip(): line[26:].split()[:2] for line in open("/proc/1/limits")}
environment = dict(item.split("=", 1) for item in open("/proc/1/environ").read().split("\\0") if item)
try:
    open("/x", "w")
except OSError as error:
    root = error.strerror
print(json.dumps({
    "user": status["Uid"].split()[0], "group": status["Gid"].split()[0],
    "capabilities": [status["CapEff"], status["CapBnd"]], "root": root,
    "processes": [pid for pid in os.listdir("/proc") if pid.isdigit() and pid != str(os.getpid())],
    "files": limits["Max open files"], "pssMiB": int(pss.split()[1]) // 1024,
    "aws": sorted(name for name in environment if name.startswith("AWS")),
}))
`;

/** The most memory that the server has had, in MiB. */
export const mostMemory = `status = open("/proc/1/status").read().split("VmHWM:")[1]
print(int(status.split()[0]) // 1024)
`;

/** What S3 lets the server's role do outside of the prefix. */
export const asRole = (bucket: string, prefix: string): string => `import boto3, json
from botocore.exceptions import ClientError
s3 = boto3.client("s3")
def tried(action, **words):
    try:
        getattr(s3, action)(**words)
        return "allowed"
    except ClientError as error:
        return error.response["Error"]["Code"]
print(json.dumps({
    "below the prefix": tried("put_object", Bucket="${bucket}", Key="${prefix}/probe", Body=b""),
    "and away again": tried("delete_object", Bucket="${bucket}", Key="${prefix}/probe"),
    "beside the prefix": tried("put_object", Bucket="${bucket}", Key="probe", Body=b""),
    "and away beside it": tried("delete_object", Bucket="${bucket}", Key="other/probe"),
    "a longer name": tried("put_object", Bucket="${bucket}", Key="${prefix}bc/probe", Body=b""),
    "another bucket": tried("get_object", Bucket="somebody-elses", Key="${prefix}/probe"),
    "another's list": tried("list_objects_v2", Bucket="somebody-elses"),
    "all buckets": tried("list_buckets"),
    "the bucket's policy": tried("get_bucket_policy", Bucket="${bucket}"),
    "the bucket": tried("delete_bucket", Bucket="${bucket}"),
}))
`;

/** Connects as the server does, and says what becomes of it. */
export const connect = `import os, psycopg2
try:
    connection = psycopg2.connect(os.environ["MLFLOW_BACKEND_STORE_URI"].replace("+psycopg2", ""))
    print("connected by", connection.info.ssl_attribute("protocol"))
except psycopg2.OperationalError as error:
    print(error)
`;
