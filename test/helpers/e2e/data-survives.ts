import { afterAll, beforeAll, expect, test } from "vitest";
import { OutsideClient, type Ledger } from "./client.js";
import { timed, type RunningStack, type StackOptions } from "./running-stack.js";

export interface Survival {
  readonly topology: StackOptions["topology"];
  readonly runtime: "docker" | "process" | "terraform";
  /** Size of the large artifact. */
  readonly megabytes: number;
  /** What is killed. */
  readonly roles: readonly string[];
  start(options: StackOptions): Promise<RunningStack>;
}

/** What is done with each topology. The same store twice: the second time less is enough. */
export const survivalCases = [
  { topology: "localhost-files", megabytes: 300, roles: ["tracking-server"] },
  { topology: "localhost-database", megabytes: 30, roles: ["tracking-server"] },
  {
    topology: "remote-server",
    megabytes: 300,
    roles: ["backend-store", "artifact-store", "tracking-server"],
  },
] as const;

/**
 * A client's whole workflow, and all of it is there after whatever happens to the stack. Each test
 * continues where the one before it ended, as a user does; one failure fails the rest.
 */
export function dataSurvives({ topology, runtime, megabytes, roles, start }: Survival): void {
  let stack: RunningStack;
  let client: OutsideClient;
  let ledger: Ledger;

  const readBack = async (large = false): Promise<readonly string[]> => {
    const answer = await timed(`${topology} ${runtime}: read back`, () =>
      client.readBack(ledger, large),
    );
    ledger = answer.ledger;
    return answer.problems;
  };

  beforeAll(async () => {
    stack = await start({ topology, label: `${topology}-${runtime}` });
    client = await OutsideClient.of(stack);
  });
  afterAll(() => stack?.down(true));

  test(`a client logs, uploads ${megabytes} MB, registers a model and finds it all again`, async () => {
    ledger = await client.workflow(megabytes);
    expect(await readBack()).toEqual([]);
  });

  test("a registered model is served and predicts over REST", async () => {
    const { uris, sample, predictions } = ledger.model;
    expect(await client.serve(uris[0] ?? "", sample)).toEqual({ predictions });
  });

  test("everything is there after a restart", async () => {
    await timed(`${topology} ${runtime}: restart`, () => stack.restart());
    expect(await readBack(true)).toEqual([]);
  });

  test("the stack has the roles that are killed below", () => {
    expect(stack.roles()).toEqual(roles);
  });

  test.each(roles)("everything is there after kill -9 of %s", async (role) => {
    await stack.kill9(role);
    expect(await readBack()).toEqual([]);
  });

  test("generate and up over a running stack restart nothing", async () => {
    const started = () => Promise.all(stack.roles().map((role) => stack.startedAt(role)));
    const before = await started();
    await timed(`${topology} ${runtime}: up over a running stack`, () => stack.up());
    expect(await started()).toEqual(before);
  });

  test("everything is there after down and up", async () => {
    await stack.down(false);
    await timed(`${topology} ${runtime}: up again after down`, () => stack.up());
    expect(await readBack(true)).toEqual([]);
  });
}
