import { join } from "node:path";

/** Where a deployment is kept that names no folder. */
export const awsFolder = join("mlflow", "aws");

/** What everything of a deployment is named after that has no name. */
export const awsName = "mlflow-aws";
