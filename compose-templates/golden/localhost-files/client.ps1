# What an MLflow client needs.
$env:MLFLOW_TRACKING_URI = 'http://127.0.0.1:5000'
