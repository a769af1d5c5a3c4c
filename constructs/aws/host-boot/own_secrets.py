"""`.env` on the data volume: made once, kept for ever, for root alone.

What opens the data stays with the data. Only the admin's password is handed on, to the one secret
of Secrets Manager that this instance may write and can't read.
"""

import hashlib
import hmac
import json
import re
import secrets
import string

from system import say, write

ALPHABET = string.ascii_letters + string.digits
ADMIN_PASSWORD = "MLFLOW_AUTH_ADMIN_PASSWORD"
# Tells a changed value from another, and tells nothing of it.
KEY = "MLSTACK_REVISION_KEY"
REVISION = "MLSTACK_SECRETS_REVISION"

# As in env/dotenv.ts: what every reader of .env takes as it is.
PLAIN = re.compile(r"[A-Za-z0-9._~\-/:@%+?&=,]*")

HEADER = """\
# Made on this instance, which keeps every value. Whoever reads this file can log in.
# Those of Secrets Manager are read again at every boot.
"""


def complete(env_file, settings):
    """Every secret of the settings in `.env`, and the admin's password where people find it."""
    kept = parse(env_file.read_text()) if env_file.is_file() else {}
    made = dict(kept)
    for name in [secret["name"] for secret in settings["secrets"] if "characters" in secret]:
        characters = next(each["characters"] for each in settings["secrets"] if each["name"] == name)
        made.setdefault(name, generate(characters))
    made.setdefault(KEY, generate(32))
    # On the disk before anything else is asked: what a database was made with must not be lost.
    save(env_file, made)
    given = [secret for secret in settings["secrets"] if "arn" in secret]
    target = settings.get("adminPasswordSecret")
    client = manager(settings["region"]) if given or target else None
    for secret in given:
        made[secret["name"]] = client.get_secret_value(SecretId=secret["arn"])["SecretString"]
    save(env_file, made)
    if target:
        hand_on(client, target, made)


def hand_on(client, arn, values):
    """The same token with the same value changes nothing, so it need not be read to be compared."""
    token = keyed(values[KEY], f"{arn}\0{values[ADMIN_PASSWORD]}")
    client.put_secret_value(
        SecretId=arn, SecretString=values[ADMIN_PASSWORD], ClientRequestToken=token
    )


def manager(region):
    import boto3

    return boto3.client("secretsmanager", region_name=region)


def generate(characters):
    return "".join(secrets.choice(ALPHABET) for _ in range(characters))


def keyed(key, text):
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def save(env_file, values):
    others = {name: value for name, value in values.items() if name != REVISION}
    revision = keyed(values[KEY], json.dumps(others, sort_keys=True))[:12]
    lines = [f"{name}={quote(value)}" for name, value in sorted(others.items())]
    text = "\n".join([HEADER, *lines, f"{REVISION}={revision}", ""])
    if write(env_file, text, 0o600):
        say(f"{env_file} is written")


def quote(value):
    """As Compose reads it back; see `formatDotenvValue` in env/dotenv.ts."""
    if re.search(r"[\0-\x1f\x7f]", value):
        raise SystemExit("mlflow-stacks: a secret has a control character, which .env can't carry")
    if PLAIN.fullmatch(value):
        return value
    if not re.search(r"['\\]", value):
        return f"'{value}'"
    return '"' + re.sub(r'([\\"$])', r"\\\1", value) + '"'


def parse(text):
    """What `save` wrote; a line that it can't have written ends everything."""
    values = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"([A-Z_][A-Z0-9_]*)=(.*)", line)
        if not match:
            raise SystemExit("mlflow-stacks: .env has a line that is no NAME=value")
        values[match[1]] = unquote(match[2])
    return values


def unquote(text):
    if text[:1] == "'":
        return text[1:-1]
    if text[:1] == '"':
        return re.sub(r'\\([\\"$])', r"\1", text[1:-1])
    return text
