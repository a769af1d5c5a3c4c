"""Everything after the packages and the files: data volume, engine, secrets, containers.

    boot.py SETTINGS      a JSON object: `BootSettings` in constructs/aws/user-data.ts

Each step leaves what is right alone, so that it may run at any time, and again after a kill.
"""

import json
import sys
from pathlib import Path

import containers
import data_volume
import engine
import own_secrets

FILES = Path("/opt/mlflow-stacks")
DATA = Path("/data")


def main():
    settings = json.loads(Path(sys.argv[1]).read_text())
    device = data_volume.wait_for(settings["volumeId"])
    data_volume.format_if_new(device)
    data_volume.mount(device, DATA)
    env_file = DATA / "mlflow-stacks" / ".env"
    own_secrets.complete(env_file, settings)
    engine.configure(DATA / "docker")
    engine.start()
    containers.leave_other_machine(DATA / "mlflow-stacks", settings["hash"])
    containers.start(FILES, env_file)
    containers.prune()
    print("mlflow-stacks: the containers are healthy", flush=True)


if __name__ == "__main__":
    main()
