import { z } from "zod";

const stateResource = z.looseObject({
  address: z.string(),
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  values: z.record(z.string(), z.unknown()).default({}),
  /** Its creation did not finish; the next apply replaces it. */
  tainted: z.boolean().default(false),
});

const outputValue = z.looseObject({ value: z.unknown(), sensitive: z.boolean().default(false) });

interface StateModule {
  readonly resources: readonly StateResource[];
  readonly child_modules: readonly StateModule[];
}

const stateModule: z.ZodType<StateModule> = z.looseObject({
  resources: z.array(stateResource).default([]),
  get child_modules() {
    return z.array(stateModule).default([]);
  },
}) as unknown as z.ZodType<StateModule>;

const shownState = z.looseObject({
  values: z.looseObject({ root_module: stateModule }).optional(),
});

/** A resource as the state has it. Values are not redacted. */
export type StateResource = z.infer<typeof stateResource>;

/** What Terraform knows of what is there. */
export interface State {
  /** Of all modules. */
  readonly resources: readonly StateResource[];
}

/** An output of the stack. Sensitive ones are not redacted. */
export interface Output {
  readonly value: unknown;
  readonly sensitive: boolean;
}

/** What `show -json` printed, or undefined when there is no state. */
export function parseState(text: string): State | undefined {
  const root = shownState.parse(JSON.parse(text)).values?.root_module;
  return root === undefined ? undefined : { resources: resourcesOf(root) };
}

const resourcesOf = ({ resources, child_modules }: StateModule): StateResource[] => [
  ...resources,
  ...child_modules.flatMap(resourcesOf),
];

/** What `output -json` printed. */
export function parseOutputs(text: string): Readonly<Record<string, Output>> {
  return z.record(z.string(), outputValue).parse(JSON.parse(text));
}
