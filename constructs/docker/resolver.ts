import {
  containerPort,
  dataDirectory,
  secretDirectory,
  type EnvResolver,
} from "../mlflow/index.js";
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

/** A role's address is the alias that its container has on the deployment's networks. */
export const resolver: EnvResolver = {
  literal: escapeTemplate,
  secretFile: (name) => `${secretDirectory}/${name}`,
  address: (role) => role,
  dataPath: (path, form) => {
    const absolute = `${dataDirectory}/${path}`;
    if (form === "path") return absolute;
    return form === "file-uri" ? `file://${absolute}` : `sqlite:///${absolute}`;
  },
  listen: (part) => (part === "host" ? "0.0.0.0" : String(containerPort)),
};
