import { describe, expect, test } from "vitest";
import type { HostFacts } from "../../stacks/host/facts.js";
import { describePlan } from "../../stacks/stack/plan-words.js";
import type { ResourceNames } from "../../stacks/stack/resource-names.js";
import type { Plan, PlannedAction, ResourceChange } from "../../stacks/terraform/plan.js";

const names = { nameOf: (address: string) => address, jobs: ["job"] } as unknown as ResourceNames;

interface Planned {
  readonly address: string;
  readonly type: string;
  readonly action: PlannedAction;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

function describe1(planned: readonly Planned[], volumes: readonly string[] = []) {
  const plan = {
    changes: planned.map(({ address, type, action }) => ({ address, name: address, type, action })),
    details: {
      resource_changes: planned.map(({ address, type, before, after }) => ({
        ...{ address, type, mode: "managed", name: address },
        change: { actions: [], before: before ?? null, after },
      })) as unknown as ResourceChange[],
    },
  } as unknown as Plan;
  const facts = { volumes: volumes.map((name) => ({ name })) } as unknown as HostFacts;
  return describePlan({ plan, drift: [], facts }, names).map(({ name, action, details }) =>
    [action, name, ...details].join(" | "),
  );
}

describe("volumes that a plan makes", () => {
  const make = (name: string): Planned => ({
    ...{ address: `volume ${name}`, type: "docker_volume", action: "create" },
    after: { name: `lab_${name}` },
  });
  const all = ["backend-store-data", "artifact-store-data", "tracking-server-tmp"].map(make);

  test("are made, where there is none", () => {
    expect(describe1(all)).toEqual([
      "create | volume backend-store-data",
      "create | volume artifact-store-data",
      "create | volume tracking-server-tmp",
    ]);
  });

  test("are gone on with where they are there, and a new one beside them is empty", () => {
    expect(describe1(all, ["lab_backend-store-data"])).toEqual([
      "adopt | volume backend-store-data (it is there)",
      "create | volume artifact-store-data (empty)",
      "create | volume tracking-server-tmp",
    ]);
  });
});

describe("what changes in", () => {
  test("a container that was stopped is that it starts again", () => {
    const ports = [{ external: 5000, internal: 5000 }];
    const stopped = {
      ...{ address: "server", type: "docker_container", action: "replace" as const },
      before: { must_run: false, ports: [] },
      after: { must_run: true, ports },
    };
    expect(describe1([stopped])).toEqual(["replace | server | start it again"]);
    const moved = { ...stopped, before: { must_run: true, ports: [] } };
    expect(describe1([moved])[0]).toContain("ports: + ");
  });

  test("a job is in words: its command, its secrets, whose it is", () => {
    const run = (...words: readonly string[]) => ({ triggers_replace: { run: words } });
    const job = {
      ...{ address: "job", type: "terraform_data", action: "replace" as const },
      before: run("mlflow-stacks.owner=a", "mlflow-stacks.secrets=1", "A=1"),
      after: run("mlflow-stacks.owner=b", "mlflow-stacks.secrets=2", "A=2"),
    };
    expect(describe1([job])).toEqual([
      'replace | job (job) | secrets that it reads have changed | it gets the mark of this folder (MLSTACK_OWNER) | its command: "A=1" -> "A=2"',
    ]);
  });
});
