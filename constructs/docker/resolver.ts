import { containerResolver } from "../mlflow/index.js";
import type { DockerHost } from "./host.js";

/**
 * Terraform replaces `${…}` and obeys `%{…}` in every string of a configuration.
 *
 * @see https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences
 */
export const escapeTemplate = (text: string): string => text.replaceAll(/([$%])\{/g, "$1$1{");

/** The host with what its user wrote as Terraform takes it: ssh has `${NAME}` of its own. */
export const escapeHost = (host: DockerHost): DockerHost => ({
  ...host,
  url: host.url === undefined ? undefined : escapeTemplate(host.url),
  sshOptions: host.sshOptions.map(escapeTemplate),
});

export const resolver = containerResolver(escapeTemplate);
