import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { packageDirectory } from "../../constructs/image/load.js";

/** What an argument takes. */
export type ArgumentType =
  | { readonly kind: "string" | "number" | "boolean" | "any" }
  | { readonly kind: "list" | "map"; readonly of: ArgumentType }
  /** A nested block, or several. */
  | { readonly kind: "block"; readonly fields: Fields; readonly several: boolean };

export interface Argument {
  readonly required: boolean;
  readonly type: ArgumentType;
}

/** Arguments by the name that Terraform has for them. */
export type Fields = ReadonlyMap<string, Argument>;

const library = join(packageDirectory(), "node_modules/@cdktf/provider-aws/lib");

const known = new Map<string, Fields | undefined>();

/**
 * Arguments of a block, as the bindings' own config interface has them; undefined: there is none.
 *
 * @param name - folder of the bindings: `s3-bucket`, `data-aws-vpc`, `provider`
 */
export function fieldsOf(name: string): Fields | undefined {
  if (!known.has(name)) known.set(name, readFields(name));
  return known.get(name);
}

function readFields(name: string): Fields | undefined {
  const path = join(library, name, "index.d.ts");
  if (!existsSync(path)) return undefined;
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
  const interfaces = new Map(
    source.statements
      .filter(ts.isInterfaceDeclaration)
      .map((declaration) => [declaration.name.text, declaration]),
  );
  const config = [...interfaces.values()].find(
    (each) => each.heritageClauses !== undefined || each.name.text === "AwsProviderConfig",
  );
  if (!config) throw new Error(`${path} has no config interface`);
  return new Reader(source, interfaces).fields(config);
}

class Reader {
  constructor(
    private readonly source: ts.SourceFile,
    private readonly interfaces: ReadonlyMap<string, ts.InterfaceDeclaration>,
  ) {}

  fields(declaration: ts.InterfaceDeclaration): Fields {
    const members = declaration.members.filter(ts.isPropertySignature);
    return new Map(
      members.map((member) => [
        this.nameOf(member),
        {
          required: member.questionToken === undefined,
          type: this.type(member.type ?? fail("a member without a type")),
        },
      ]),
    );
  }

  /** The registry's page of the resource names it: `.../resources/lb#idle_timeout Lb#idle_timeout`. */
  private nameOf(member: ts.PropertySignature): string {
    const [comment] = (member as { jsDoc?: readonly ts.JSDoc[] }).jsDoc ?? [];
    const found = /#(\w+) \w+#\1\}/.exec(comment?.getText(this.source) ?? "");
    return found?.[1] ?? fail(`no name in ${member.getText(this.source)}`);
  }

  private type(node: ts.TypeNode): ArgumentType {
    if (ts.isUnionTypeNode(node)) {
      const own = node.types.filter((each) => each.getText(this.source) !== "cdktf.IResolvable");
      return own.length === 1 && own[0] ? this.type(own[0]) : fail(node.getText(this.source));
    }
    if (ts.isArrayTypeNode(node)) {
      const of = this.type(node.elementType);
      return of.kind === "block" ? { ...of, several: true } : { kind: "list", of };
    }
    if (ts.isTypeLiteralNode(node)) {
      const [member] = node.members;
      const value = member && ts.isIndexSignatureDeclaration(member) ? member.type : undefined;
      return { kind: "map", of: value ? this.type(value) : fail(node.getText(this.source)) };
    }
    const text = node.getText(this.source);
    if (text === "string" || text === "number" || text === "boolean" || text === "any") {
      return { kind: text };
    }
    const block = this.interfaces.get(text) ?? fail(`no interface ${text}`);
    return { kind: "block", fields: this.fields(block), several: false };
  }
}

function fail(message: string): never {
  throw new Error(message);
}
