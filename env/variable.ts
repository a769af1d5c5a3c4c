import { z } from "zod";
import type { ArtifactStoreKind, BackendStoreKind } from "../constructs/mlflow/index.js";

/** A kind of either store; no two have the same name. */
export type StoreKind = BackendStoreKind | ArtifactStoreKind;

/** What the example files and the README say of a variable. */
export interface VariableMeta {
  readonly meaning: string;
  /** A value, or `- ` and the behaviour. */
  readonly default: string;
  readonly unit?: string;
  /** With any of these it means something. @default - with all */
  readonly stores?: readonly StoreKind[];
  /** Whether only plan, deploy, destroy and output take it. @default false */
  readonly stack?: boolean;
  /** Whether only the stack `aws` takes it. @default false */
  readonly aws?: boolean;
}

const oneOf = (names: readonly string[]) => names.map((name) => `"${name}"`).join(" or ");

export const text = (meta: VariableMeta) =>
  z
    .string()
    .optional()
    .meta({ ...meta });

export const choice = <const T extends readonly [string, ...string[]]>(
  names: T,
  meta: VariableMeta,
) =>
  z
    .enum(names, { error: ({ input }) => `must be ${oneOf(names)}; got "${String(input)}"` })
    .optional()
    .meta({ ...meta });

export const whole = (meta: VariableMeta) =>
  z
    .string()
    .regex(/^\d{1,9}$/, { error: ({ input }) => `must be a whole number; got "${String(input)}"` })
    .transform(Number)
    .optional()
    .meta({ ...meta });

export const truth = (meta: VariableMeta) =>
  z
    .enum(["true", "false"], {
      error: ({ input }) => `must be "true" or "false"; got "${String(input)}"`,
    })
    .transform((value) => value === "true")
    .optional()
    .meta({ ...meta });

export const list = (meta: VariableMeta, separator = ",") =>
  z
    .string()
    .transform((value) => value.split(separator).map((part) => part.trim()))
    .optional()
    .meta({ ...meta });
