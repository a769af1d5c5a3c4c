"""Compares a ledger of workflow.py with what the server has now, and proves that it takes writes.

Input: {"ledger": {...}, "large": true|false}. The answer: the problems found, and the number of
writes that the server has acknowledged since.
"""

import tempfile

from deployment import sha256

import mlflow
import pandas
from mlflow import MlflowClient


def compare(problems, what, expected, found):
    if expected != found:
        problems.append(f"{what}: expected {str(expected)[:300]}, found {str(found)[:300]}")


def compare_run(client, ledger, problems):
    run = client.get_run(ledger["runId"])
    compare(problems, "status", "FINISHED", run.info.status)
    compare(problems, "params", ledger["params"], run.data.params)
    compare(problems, "tags", ledger["tags"], run.data.tags)
    writes = [(step, float(step)) for step in range(ledger["writes"])]
    histories = {**ledger["history"], **({"writes": writes} if writes else {})}
    for key, expected in histories.items():
        # Logging a model copies points, and MLflow's file store then has them twice.
        found = sorted({(m.step, m.value) for m in client.get_metric_history(ledger["runId"], key)})
        compare(problems, f"metric {key}", [tuple(point) for point in expected], found)


def compare_artifacts(ledger, large, problems):
    run_id = ledger["runId"]
    for path, text in ledger["text"].items():
        compare(problems, path, text, mlflow.artifacts.load_text(f"runs:/{run_id}/{path}"))
    with tempfile.TemporaryDirectory() as work:
        for path, digest in ledger["artifacts"].items() if large else ():
            fetched = mlflow.artifacts.download_artifacts(f"runs:/{run_id}/{path}", dst_path=work)
            compare(problems, path, digest, sha256(fetched))


def compare_model(ledger, problems):
    model = ledger["model"]
    sample = pandas.DataFrame(**model["sample"])
    for uri in model["uris"]:
        predictions = mlflow.pyfunc.load_model(uri).predict(sample)
        compare(problems, uri, model["predictions"], [int(label) for label in predictions])


def main(asked):
    ledger, client, problems = asked["ledger"], MlflowClient(), []
    compare_run(client, ledger, problems)
    compare_artifacts(ledger, asked["large"], problems)
    compare_model(ledger, problems)
    client.log_metric(ledger["runId"], "writes", ledger["writes"], step=ledger["writes"])
    return {"problems": problems, "writes": ledger["writes"] + 1}
