import { Construct } from "constructs";
import type { AwsContext } from "./context.js";

/** What an instance runs: the Compose files of the deployment, by path. */
export type HostFiles = Readonly<Record<string, string>>;

/** One instance that runs the Compose files, with the database on a volume that outlives it. */
export class Host extends Construct {
  readonly url: string = "";
  readonly adminPasswordSecret: string | undefined;
  readonly instanceId: string = "";

  constructor(scope: Construct, id: string, _context: AwsContext, _files: HostFiles) {
    super(scope, id);
    throw new Error("bug: not there yet");
  }
}
