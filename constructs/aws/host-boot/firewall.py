"""What containers reach: the internet by HTTP and HTTPS, the instance's role, nothing beside it.

Runs before every start of Docker's engine, which keeps a DOCKER-USER chain that it finds. Without
it, a server that is made to fetch a URL would reach everything in the VPC, and what that is
connected with.
"""

import json
import subprocess
from pathlib import Path

from engine import RANGE

PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")

# Where the role's keys are; the engine's own name servers ask the others below.
METADATA = "169.254.169.254"


def rules(database_port):
    """Those of iptables-restore: either all of them are there, or those of before.

    database_port: of a database that is elsewhere, and may be at a private address; None: of none
    """
    returned = [
        "-m conntrack --ctstate ESTABLISHED,RELATED",
        f"-d {RANGE}",
        f"-d {METADATA} -p tcp --dport 80",
        "-p udp --dport 53",
        "-p tcp --dport 53",
        *([f"-p tcp --dport {database_port}"] if database_port else []),
    ]
    return "\n".join(
        [
            "*filter",
            ":DOCKER-USER - [0:0]",
            ":MLFLOW-STACKS - [0:0]",
            f"-A DOCKER-USER -s {RANGE} -j MLFLOW-STACKS",
            "-A DOCKER-USER -j RETURN",
            *[f"-A MLFLOW-STACKS {rule} -j RETURN" for rule in returned],
            *[f"-A MLFLOW-STACKS -d {cidr} -j DROP" for cidr in PRIVATE],
            "-A MLFLOW-STACKS -p tcp -m multiport --dports 80,443 -j RETURN",
            "-A MLFLOW-STACKS -j DROP",
            "COMMIT",
            "",
        ]
    )


# And the instance itself, whose own services are not for them.
INPUT = ("INPUT", "-s", RANGE, "-m", "conntrack", "--ctstate", "NEW", "-j", "DROP")


def main():
    settings = json.loads(Path("/etc/mlflow-stacks.json").read_text())
    text = rules(settings.get("databasePort"))
    subprocess.run(["iptables-restore", "--wait=10", "--noflush"], input=text, text=True, check=True)
    iptables = ("iptables", "--wait", "10")
    known = subprocess.run([*iptables, "-C", *INPUT], stderr=subprocess.DEVNULL)
    if known.returncode != 0:
        subprocess.run([*iptables, "-I", *INPUT], check=True)


if __name__ == "__main__":
    main()
