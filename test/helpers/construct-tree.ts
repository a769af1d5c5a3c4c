import {
  TerraformBackend,
  TerraformDataSource,
  TerraformOutput,
  TerraformProvider,
  TerraformResource,
  TerraformVariable,
} from "cdktf";
import type { IConstruct } from "constructs";

/** A line a construct: its id below that of its parent, and what it is. */
export function constructTree(construct: IConstruct, indent = ""): string {
  const { id, children } = construct.node;
  const line = `${indent}${id} (${kindOf(construct)})\n`;
  return line + children.map((child) => constructTree(child, `${indent}  `)).join("");
}

/** A resource by its Terraform type, anything else by its class. */
function kindOf(construct: IConstruct): string {
  if (construct instanceof TerraformResource) return construct.terraformResourceType;
  if (construct instanceof TerraformDataSource) return `data ${construct.terraformResourceType}`;
  if (construct instanceof TerraformProvider) return `provider ${construct.terraformResourceType}`;
  if (construct instanceof TerraformVariable) return `variable ${construct.friendlyUniqueId}`;
  if (construct instanceof TerraformOutput) return "output";
  if (construct instanceof TerraformBackend) return "backend";
  return construct.constructor.name;
}
