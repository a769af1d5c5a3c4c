# What an MLflow client needs.
$env:MLFLOW_TRACKING_URI = 'http://127.0.0.1:5000'
$env:MLFLOW_TRACKING_USERNAME = 'admin'
# set MLFLOW_TRACKING_PASSWORD too; the admin's first one is in .env as MLFLOW_AUTH_ADMIN_PASSWORD
