import { z } from "zod";

const resource = z.looseObject({ addr: z.string() });

/** An error or a warning of Terraform's. */
const diagnostic = z.looseObject({
  severity: z.string(),
  summary: z.string(),
  detail: z.string().default(""),
  /** Address of the resource it is about. */
  address: z.string().optional(),
});

const message = z.looseObject({
  type: z.string().default("log"),
  "@message": z.string().default(""),
  hook: z
    .looseObject({
      resource: resource.optional(),
      action: z.string().optional(),
      output: z.string().optional(),
      elapsed_seconds: z.number().optional(),
    })
    .optional(),
  diagnostic: diagnostic.optional(),
  changes: z.looseObject({ add: z.number(), change: z.number(), remove: z.number() }).optional(),
});

/** One object of the stream that `-json` makes. */
export type Message = z.infer<typeof message>;

/** An error or a warning of Terraform's, in its own words. */
export type Diagnostic = z.infer<typeof diagnostic>;

/** How many resources a plan would change, or an apply did. */
export interface Summary {
  readonly add: number;
  readonly change: number;
  readonly remove: number;
}

/** The object that a line of the stream is, or undefined: a panic or a warning about the CLI's own files. */
export function parseMessage(line: string): Message | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return message.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
