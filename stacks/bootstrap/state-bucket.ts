import {
  BucketAlreadyExists,
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  HeadBucketCommand,
  S3Client,
  waitUntilBucketExists,
  type BucketLocationConstraint,
} from "@aws-sdk/client-s3";
import { ConfigError, Problems } from "../../constructs/mlflow/index.js";
import { clientConfig } from "../tools/aws-client.js";
import type { Account } from "./account.js";
import { bucketSettings, type BucketSetting, type Where } from "./bucket-settings.js";

/** What is not yet as it should be. */
export interface Missing {
  readonly bucket: boolean;
  readonly settings: readonly BucketSetting[];
}

/** The bucket that Terraform's states are in. */
export class StateBucket {
  private readonly s3: S3Client;
  private readonly where: Where;

  constructor(
    readonly name: string,
    private readonly account: Account,
  ) {
    this.s3 = new S3Client(clientConfig(account.region));
    this.where = { Bucket: name, ExpectedBucketOwner: account.id };
  }

  /**
   * Looks, and changes nothing.
   *
   * @throws {ConfigError} when it is somebody else's, elsewhere, or used for something else
   */
  async look(): Promise<Missing> {
    if (!(await this.isThere())) return { bucket: true, settings: bucketSettings };
    const settings: BucketSetting[] = [];
    const problems = new Problems();
    for (const setting of bucketSettings) {
      const state = await setting.state(this.s3, this.where);
      if (state === "missing") settings.push(setting);
      const problem = `must not have settings of its own for "${setting.title}", which would be lost; got "${this.name}"; name another one, or leave it out for the standard one`;
      problems.require(state !== "other", "--bucket", problem);
    }
    problems.throwIfAny();
    return { bucket: false, settings };
  }

  /** Makes what is missing. */
  async complete({ bucket, settings }: Missing): Promise<void> {
    if (bucket) await this.make();
    for (const setting of settings) await setting.set(this.s3, this.where);
  }

  private async isThere(): Promise<boolean> {
    try {
      const { BucketRegion = this.account.region } = await this.s3.send(
        new HeadBucketCommand(this.where),
      );
      if (BucketRegion !== this.account.region) throw this.elsewhere(BucketRegion);
      return true;
    } catch (error) {
      const { $metadata, $response } = error as SdkError;
      switch ($metadata?.httpStatusCode) {
        case 404:
          return false;
        case 403:
          throw this.foreign();
        case 301:
          throw this.elsewhere($response?.headers?.["x-amz-bucket-region"] ?? "another region");
        default:
          throw error;
      }
    }
  }

  private async make(): Promise<void> {
    const { region } = this.account;
    const { s3, name: Bucket } = this;
    try {
      await s3.send(
        new CreateBucketCommand({
          Bucket,
          // S3 refuses the name of its first region here.
          ...(region !== "us-east-1" && {
            CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint },
          }),
        }),
      );
    } catch (error) {
      if (error instanceof BucketAlreadyExists) throw this.foreign();
      // Of another run at the same moment.
      if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
    }
    await waitUntilBucketExists({ client: s3, maxWaitTime: 60 }, this.where);
  }

  private foreign(): ConfigError {
    const problem = `must be yours; "${this.name}" is somebody else's, or one that your credentials may not open (account ${this.account.id}); name another one, as names are taken in all of AWS`;
    return new ConfigError([{ path: "--bucket", problem }]);
  }

  private elsewhere(region: string): ConfigError {
    const problem = `must be in ${this.account.region}; "${this.name}" is in ${region}; use --region ${region}, or name another bucket`;
    return new ConfigError([{ path: "--bucket", problem }]);
  }
}

interface SdkError {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
}
