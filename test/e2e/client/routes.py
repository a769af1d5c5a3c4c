"""Every route of the login-protected server, as JSON: [["GET", "/path/<x>"], ...].

Run inside the tracking server's container: the table is read from the application that the
server itself builds, Flask's routes and FastAPI's, so that a release with a new one is noticed.
"""

import json
import os
import sys

sys.path.insert(0, "/opt/mlflow-stacks")
import run

run.load_secret_files()
run.write_auth_config()
os.environ["_MLFLOW_SGI_NAME"] = "uvicorn"
os.environ["_MLFLOW_SERVER_SERVE_ARTIFACTS"] = "true"
os.environ["_MLFLOW_SERVER_FILE_STORE"] = os.environ["MLFLOW_BACKEND_STORE_URI"]
os.environ["_MLFLOW_SERVER_ARTIFACT_DESTINATION"] = os.environ["MLFLOW_ARTIFACTS_DESTINATION"]

from mlflow.server import app as flask_app
from mlflow.server.auth import create_app


def fastapi_routes(routes):
    for route in routes:
        # FastAPI keeps an included router as one entry and resolves its routes on demand.
        if hasattr(route, "effective_candidates"):
            yield from fastapi_routes(route.effective_candidates())
        elif getattr(route, "path", ""):
            yield from ((method, route.path) for method in route.methods or ())


application = create_app(flask_app)
table = {(method, rule.rule) for rule in flask_app.url_map.iter_rules() for method in rule.methods}
native = set(fastapi_routes(application.routes))
table = {entry for entry in table | native if entry[0] not in ("HEAD", "OPTIONS")}
print(json.dumps({"native": len(native), "routes": sorted(table)}))
