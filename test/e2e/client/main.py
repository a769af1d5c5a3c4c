"""Runs the scripts beside this one for one caller after the other: importing MLflow takes seconds.

Input, a line each: {"script": "read_back", "environment": {...}, "input": {...}} as JSON. Output,
a line each: {"result": ...}, or {"error": "..."} with what the script raised.
"""

import importlib
import json
import os
import sys
import traceback

# Standard output is for answers alone; what MLflow prints goes where its log goes.
answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def answer_to(asked):
    os.environ.update(asked["environment"])
    import mlflow

    # The one of the request before would win over the variable.
    mlflow.set_tracking_uri(asked["environment"]["MLFLOW_TRACKING_URI"])
    try:
        return {"result": importlib.import_module(asked["script"]).main(asked["input"])}
    except BaseException:
        mlflow.end_run("FAILED")
        return {"error": traceback.format_exc()}


for line in sys.stdin:
    answers.write(json.dumps(answer_to(json.loads(line))) + "\n")
    answers.flush()
