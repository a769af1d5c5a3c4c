import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { resolveDockerHost } from "../../constructs/docker/index.js";
import { escapeTemplate } from "../../constructs/docker/resolver.js";
import {
  resolveDeployment,
  secretNames,
  type MlflowDeploymentProps,
} from "../../constructs/mlflow/index.js";
import { anyProps } from "../helpers/arbitrary-props.js";
import {
  resourcesOf,
  synth,
  synthText,
  textsOf,
  unescapeTemplate,
  type Configuration,
} from "../helpers/docker-target.js";
import { composeView } from "./view.js";

/** Some of what Terraform replaces in a text, between anything else. */
const template = fc
  .array(fc.constantFrom("${", "%{", "$", "%", "{", "}", "a", "~", "\\", '"', "'", ".", ","), {
    maxLength: 8,
  })
  .map((parts) => parts.join(""));

/** References that the project itself writes; `self` and `jsonencode` in provisioners alone. */
const own =
  /\$\{(docker_image\.[\w-]+\.(name|image_id)|self\.id|local\.[a-z-]+-secrets|join\("-", \[[\w(). ",-]*\]\)|path\.module|jsonencode\(\{[\w =.,]*\}\)|var\.PIP_INDEX_URL == "" \? \{\} : \{ PIP_INDEX_URL = var\.PIP_INDEX_URL \})\}/g;

/** Texts in which something is left that Terraform would replace, and that is not the project's. */
const replaced = (file: Configuration): readonly string[] =>
  textsOf(file)
    .filter(([, text]) => /[$%]\{/.test(text.replaceAll(/[$%]{2}\{/g, "·").replaceAll(own, "·")))
    .map(([path]) => path);

test("a text escaped for Terraform comes back", () => {
  fc.assert(
    fc.property(template, (text) => {
      expect(unescapeTemplate(escapeTemplate(text))).toBe(text);
    }),
  );
});

test("synthesising twice gives the same bytes", () => {
  fc.assert(
    fc.property(anyProps, (props) => {
      expect(synthText(structuredClone(props))).toBe(synthText(props));
    }),
    { numRuns: 30 },
  );
});

test("no secret of the shell is in any text", () => {
  for (const name of secretNames) {
    vi.stubEnv(name, `CANARY-${name}`);
    vi.stubEnv(`TF_VAR_${name}`, `CANARY-${name}`);
  }
  fc.assert(
    fc.property(anyProps, (props) => {
      expect(synthText(props)).not.toContain("CANARY");
    }),
    { numRuns: 30 },
  );
  vi.unstubAllEnvs();
});

test("there is a variable for each secret, by its name, and for nothing else of the user's", () => {
  fc.assert(
    fc.property(anyProps, (props) => {
      const names = resolveDeployment(props).secrets.map(({ name }) => name);
      const others = ["PIP_INDEX_URL", "secrets_revision"];
      expect(Object.keys(synth(props).variable).sort()).toStrictEqual([...names, ...others].sort());
    }),
    { numRuns: 30 },
  );
});

test("every reference is to a block that the configuration has", () => {
  fc.assert(
    fc.property(anyProps, (props) => {
      const file = synth(props);
      const known = new Set([
        ...Object.keys(file.variable).map((name) => `var.${name}`),
        ...Object.entries(file.resource).flatMap(([type, blocks]) =>
          Object.keys(blocks).map((name) => `${type}.${name}`),
        ),
      ]);
      const all = /\b(var|docker_\w+|terraform_data)\.[\w-]+/g;
      const used = textsOf({ ...file.resource, output: file.output }).flatMap(
        ([, text]) => text.match(all) ?? [],
      );
      expect(used.filter((name) => !known.has(name))).toStrictEqual([]);
    }),
    { numRuns: 30 },
  );
});

/** Deployments of somebody who writes what Terraform would replace wherever they may. */
const hostile = template.map((text) => ({
  text,
  props: {
    topology: "localhost-files",
    trackingServer: {
      dataDirectory: { style: "posix", path: `/srv/x${text}x` },
      publicUrls: ["http://${a}.lan"],
    },
  } satisfies MlflowDeploymentProps,
  host: resolveDockerHost({
    url: "ssh://ops@n100.lan",
    options: [`UserKnownHostsFile=/x${text}`],
  }),
}));

const valid = ({ props }: { readonly props: MlflowDeploymentProps }): boolean => {
  try {
    return Boolean(resolveDeployment(props));
  } catch {
    return false;
  }
};

test("what the user wrote is replaced nowhere and arrives as it was written", () => {
  const seen: string[] = [];
  fc.assert(
    fc.property(hostile.filter(valid), ({ text, props, host }) => {
      const file = synth(props, { host });
      expect(replaced(file)).toStrictEqual([]);
      const server = composeView(file).services["tracking-server"];
      expect(server?.volumes?.[0]).toMatchObject({ source: `/srv/x${text}x` });
      expect(server?.environment?.["MLFLOW_SERVER_ALLOWED_HOSTS"]).toContain("${a}.lan");
      const options = file.provider["docker"]?.[0]?.["ssh_opts"] as readonly string[];
      expect(options.map(unescapeTemplate)).toContain(`UserKnownHostsFile=/x${text}`);
      expect(unescapeTemplate(file.output["tracking_uri"]?.["value"])).toBe("http://${a}.lan");
      seen.push(text);
    }),
    { numRuns: 200 },
  );
  expect(seen.filter((text) => /[$%]\{/.test(text)).length).toBeGreaterThan(3);
});

test("a job on a folder of the user's gets its path as it was written", () => {
  const path = "/srv/a,b \"c\" 'd' ${e}";
  const props: MlflowDeploymentProps = {
    topology: "localhost-database",
    trackingServer: { dataDirectory: { style: "posix", path }, user: "1000:1000" },
  };
  for (const url of [undefined, "ssh://ops@n100.lan"]) {
    const file = synth(props, { host: resolveDockerHost(url === undefined ? {} : { url }) });
    expect(Object.keys(resourcesOf(file, "terraform_data"))).toHaveLength(2);
    expect(replaced(file)).toStrictEqual([]);
    expect(composeView(file).services["db-upgrade"]?.volumes?.[0]).toMatchObject({ source: path });
  }
});
