"""MLflow's documented workflow from the client's seat. Input: {"megabytes": 300}.

The answer is a ledger: everything that the server acknowledged, for read_back.py to compare.
"""

import os
import tempfile
import time

from deployment import sha256, write_random_file

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, RunTag
from mlflow.models import infer_signature
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

SEED = 20


def log_values(client, run_id):
    mlflow.log_param("learning_rate", 0.01)
    mlflow.log_params({"epochs": 3, "note": "Grüße, 世界 % $HOME"})
    mlflow.set_tag("stage", "end to end")
    history = {"loss": [(step, 1 / (step + 1)) for step in range(5)]}
    for step, value in history["loss"]:
        mlflow.log_metric("loss", value, step=step)
    now = int(time.time() * 1000)
    for batch in range(3):
        steps = range(batch * 100, batch * 100 + 100)
        history.setdefault("accuracy", []).extend((step, step / 300) for step in steps)
        client.log_batch(
            run_id,
            metrics=[Metric("accuracy", step / 300, now + step, step) for step in steps],
            params=[Param(f"batch_{batch}", str(batch))],
            tags=[RunTag(f"batch_{batch}", "logged")],
        )
    return history


def log_files(megabytes, work):
    size = megabytes * 1_000_000
    path = os.path.join(work, "large.bin")
    large = write_random_file(path, size, SEED)
    mlflow.log_text("line 1\nZeile 2: äöü\n", "notes/notes.txt")
    start = time.monotonic()
    mlflow.log_artifact(path, "large")
    upload = time.monotonic() - start
    os.unlink(path)
    start = time.monotonic()
    fetched = mlflow.artifacts.download_artifacts(
        run_id=mlflow.active_run().info.run_id, artifact_path="large/large.bin", dst_path=work
    )
    download = time.monotonic() - start
    if sha256(fetched) != large:
        raise ValueError("the large artifact came back with other bytes")
    speeds = {
        "megabytes": megabytes,
        "uploadMBps": round(megabytes / upload),
        "downloadMBps": round(megabytes / download),
    }
    return {"large/large.bin": large}, speeds


def register_model(client, name):
    features, labels = load_iris(return_X_y=True, as_frame=True)
    model = LogisticRegression(max_iter=500).fit(features, labels)
    logged = mlflow.sklearn.log_model(
        model,
        name="classifier",
        registered_model_name=name,
        signature=infer_signature(features, model.predict(features)),
        pip_requirements=[],
    )
    client.set_registered_model_alias(name, "champion", 1)
    sample = features.iloc[[0, 60, 120]]
    return {
        "name": name,
        "uris": [f"models:/{name}@champion", f"models:/{name}/1", f"models:/{logged.model_id}"],
        "sample": sample.to_dict(orient="split", index=False),
        "predictions": [int(label) for label in model.predict(sample)],
    }


def main(asked):
    client = MlflowClient()
    suffix = f"{time.time_ns()}-{os.getpid()}"
    mlflow.set_experiment(f"end-to-end-{suffix}")
    with mlflow.start_run() as run, tempfile.TemporaryDirectory() as work:
        run_id = run.info.run_id
        history = log_values(client, run_id)
        artifacts, speeds = log_files(asked["megabytes"], work)
        model = register_model(client, f"classifier-{suffix}")
    data = client.get_run(run_id).data
    return {
        "runId": run_id,
        "params": data.params,
        "tags": data.tags,
        "history": history,
        "text": {"notes/notes.txt": "line 1\nZeile 2: äöü\n"},
        "artifacts": artifacts,
        "model": model,
        "writes": 0,
        "speeds": speeds,
    }
