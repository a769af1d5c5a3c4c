"""MLflow's S3 store without the links past the server that it would hand to clients.

Since 3.17 a server tells clients to fetch every artifact, and to send large ones, through presigned
URLs of the store. This store is on a network that clients are not on, and all of them are to come
through the login; so the server is given a store that does not claim to make such links.

Installed for `s3://` by the entry point `mlflow.artifact_repository`, in every server process.
https://mlflow.org/docs/latest/ml/plugins/#artifact-repository-plugins
"""

from mlflow.store.artifact.artifact_repo import ArtifactRepository
from mlflow.store.artifact.s3_artifact_repo import S3ArtifactRepository


class ProxiedS3ArtifactRepository(ArtifactRepository):
    def __init__(self, artifact_uri, tracking_uri=None, registry_uri=None):
        super().__init__(artifact_uri, tracking_uri, registry_uri)
        self._store = S3ArtifactRepository(
            artifact_uri, tracking_uri=tracking_uri, registry_uri=registry_uri
        )

    def log_artifact(self, local_file, artifact_path=None):
        self._store.log_artifact(local_file, artifact_path)

    def log_artifacts(self, local_dir, artifact_path=None):
        self._store.log_artifacts(local_dir, artifact_path)

    def list_artifacts(self, path=None):
        return self._store.list_artifacts(path)

    def _download_file(self, remote_file_path, local_path):
        self._store._download_file(remote_file_path, local_path)

    def delete_artifacts(self, artifact_path=None):
        self._store.delete_artifacts(artifact_path)

    def upload_archived_trace_data_bytes(self, data):
        self._store.upload_archived_trace_data_bytes(data)
