import {
  DescribeImagesCommand,
  GetAuthorizationTokenCommand,
  ImageNotFoundException,
  type ECRClient,
} from "@aws-sdk/client-ecr";
import type { Aws } from "./aws.js";
import { buildEnvironment, requireBuilder } from "./builder.js";
import type { PushImageJob } from "./input.js";
import { withLogin, type Login } from "./registry-login.js";
import { run } from "../tools/docker.js";

/** Builds the image and pushes it, unless its tag is there: a tag is never pushed a second time. */
export async function pushImage({ ecr }: Aws, job: PushImageJob): Promise<void> {
  const image = `${job.repository}:${job.tag}`;
  if (await isPushed(ecr, job)) {
    console.log(`${image} is there already`);
    return;
  }
  await requireBuilder(job.platform);
  await build(job, image);
  const login = await loginTo(ecr, job);
  await withLogin(login, async (env) => {
    const { exitCode } = await run(["push", image], { env, stdio: [...shown] });
    // Of two runs at once the second can't push the same tag.
    if (exitCode === 0 || (await isPushed(ecr, job))) return;
    throw new Error(`docker push ${image} failed; see the lines above`);
  });
  console.log(`${image} is pushed`);
}

const shown = ["ignore", "inherit", "inherit"] as const;

/** `name/tracking-server` of `<registry>/name/tracking-server`. */
const nameIn = (repository: string): string => repository.slice(repository.indexOf("/") + 1);

const registryOf = (repository: string): string => repository.slice(0, repository.indexOf("/"));

async function isPushed(ecr: ECRClient, { repository, tag }: PushImageJob): Promise<boolean> {
  const question = { repositoryName: nameIn(repository), imageIds: [{ imageTag: tag }] };
  try {
    const { imageDetails = [] } = await ecr.send(new DescribeImagesCommand(question));
    return imageDetails.length > 0;
  } catch (error) {
    if (error instanceof ImageNotFoundException) return false;
    throw error;
  }
}

async function build({ context, platform }: PushImageJob, image: string): Promise<void> {
  const env = buildEnvironment();
  // By name alone: the URL may hold a password, and arguments are for all to see.
  const mirror = env["PIP_INDEX_URL"] ? ["--build-arg", "PIP_INDEX_URL"] : [];
  const words = ["build", "--platform", platform, "--tag", image, ...mirror, context];
  const { exitCode } = await run(words, { env, extendEnv: false, stdio: [...shown] });
  if (exitCode !== 0) throw new Error(`docker build for ${platform} failed; see the lines above`);
}

async function loginTo(ecr: ECRClient, { repository }: PushImageJob): Promise<Login> {
  const { authorizationData: [given] = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const token = Buffer.from(given?.authorizationToken ?? "", "base64").toString();
  const colon = token.indexOf(":");
  if (colon < 0) throw new Error("ECR gave no login");
  return {
    registry: registryOf(repository),
    username: token.slice(0, colon),
    password: token.slice(colon + 1),
  };
}
