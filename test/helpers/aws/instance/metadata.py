"""The metadata service of EC2, version 2, as far as cloud-init and the AWS SDK ask.

    metadata.py HOP_LIMIT        with USER_DATA (a file), ROLE and PORT in the environment

Without a token no keys of the role are given out, and answers live for HOP_LIMIT hops. cloud-init
asks without one where it does not know the hardware for Amazon's, so the rest is open.
"""

import json
import os
import secrets
import socket
import sys
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKENS = set()
# Shorter than the SDK likes to keep them, so that it asks again.
LIFETIME = timedelta(minutes=20)


def instant(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def credentials():
    now = datetime.now(timezone.utc)
    return {
        "Code": "Success",
        "LastUpdated": instant(now),
        "Type": "AWS-HMAC",
        "AccessKeyId": f"ASIA{secrets.token_hex(8).upper()}",
        "SecretAccessKey": secrets.token_hex(20),
        "Token": secrets.token_hex(32),
        "Expiration": instant(now + LIFETIME),
    }


def answers():
    with open(os.environ["USER_DATA"]) as file:
        user_data = file.read()
    role = os.environ["ROLE"]
    leaves = {
        "ami-id": "ami-0123456789abcdef0",
        "instance-id": os.environ["INSTANCE"],
        "instance-type": "t4g.small",
        "local-hostname": "ip-198-51-100-10",
        "local-ipv4": "198.51.100.10",
        "iam/security-credentials/": role,
        f"iam/security-credentials/{role}": json.dumps(credentials()),
        "placement/availability-zone": "eu-central-1a",
    }
    found = {f"meta-data/{path}": text for path, text in leaves.items()}
    listed = [path for path in leaves if not path.startswith("iam/")]
    names = sorted({path.split("/")[0] + ("/" if "/" in path else "") for path in listed})
    return {
        **found,
        "meta-data": "\n".join(names),
        "meta-data/placement": "availability-zone",
        "meta-data/iam": "security-credentials/",
        "meta-data/iam/security-credentials": role,
        "user-data": user_data,
        "dynamic/instance-identity/document": json.dumps({"region": "eu-central-1"}),
        "dynamic/instance-identity": "document",
    }


class Handler(BaseHTTPRequestHandler):
    def setup(self):
        super().setup()
        hops = int(sys.argv[1])
        self.request.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)

    def do_PUT(self):
        if self.path != "/latest/api/token":
            return self.answer(404, "")
        if not self.headers.get("X-aws-ec2-metadata-token-ttl-seconds"):
            return self.answer(400, "")
        token = secrets.token_urlsafe(30)
        TOKENS.add(token)
        self.answer(200, token, {"X-aws-ec2-metadata-token-ttl-seconds": "21600"})

    def do_GET(self):
        path = "/".join(self.path.split("/")[2:])
        token = self.headers.get("X-aws-ec2-metadata-token")
        if path.startswith("meta-data/iam/") and token not in TOKENS:
            return self.answer(401, "")
        known = answers()
        text = known.get(path, known.get(path.rstrip("/")))
        self.answer(404 if text is None else 200, text or "")

    def answer(self, status, text, headers={}):
        body = text.encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    ThreadingHTTPServer(("0.0.0.0", 80), Handler).serve_forever()
