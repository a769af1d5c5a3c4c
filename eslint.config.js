import js from "@eslint/js";
import tseslint from "typescript-eslint";

/** Which folder may import what; see CONTRIBUTING.md. Patterns are those of .gitignore. */
const restrict = (...patterns) => ["error", { patterns }];

const noIo = {
  group: ["node:fs", "node:fs/*", "node:child_process", "execa"],
  message: "Renderers and env/ do no I/O.",
};

const noYaml = {
  group: ["yaml"],
  message: "YAML is written and read in compose-templates/yaml.ts alone.",
};

const noRootBindings = {
  regex: "^@cdktf/provider-(docker|aws)(/lib(/index(\\.js)?)?)?$",
  message:
    "The root of the bindings loads all of them; import the sub-path: lib/<resource>/index.js.",
};

/** A construct takes the plan, the image's texts and the library. */
const noConstructImports = [
  {
    group: [
      "../*",
      "!../mlflow",
      "../mlflow/*",
      "!../mlflow/index.js",
      "!../image",
      "../image/*",
      "!../image/index.js",
    ],
    message: "A construct takes the model, the image and its own folder.",
  },
  { group: ["../../*"], message: "A construct knows nothing outside of constructs/." },
  noRootBindings,
  noYaml,
];

const noEnvironment = (message) => ["error", { name: "process", message }];

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "mlflow/", "compose-templates/golden/"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    rules: {
      "max-lines": ["error", { max: 400, skipBlankLines: true }],
      // Refusing control characters is what these expressions are for.
      "no-control-regex": "off",
      "max-depth": ["error", 3],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
    },
  },
  {
    files: ["constructs/mlflow/**/*.ts"],
    rules: {
      "no-restricted-imports": restrict(
        { group: ["../*"], message: "The model knows no target: it is data and pure functions." },
        {
          group: ["node:*", "cdktf", "constructs", "@cdktf/*", "yaml", "zod", "execa"],
          message: "The model is pure TypeScript.",
        },
      ),
      "no-restricted-globals": noEnvironment("The model reads no environment."),
    },
  },
  {
    files: ["constructs/image/**/*.ts"],
    rules: {
      "no-restricted-imports": restrict(
        {
          group: ["../*", "!../mlflow", "../mlflow/*", "!../mlflow/index.js"],
          message: "The image knows the model and reads its own files.",
        },
        {
          group: [
            "node:child_process",
            "node:net",
            "node:http",
            "cdktf",
            "constructs",
            "@cdktf/*",
            "execa",
          ],
          message: "The image is the texts of its files.",
        },
        noYaml,
      ),
      "no-restricted-globals": noEnvironment("Only stacks/ reads the environment."),
    },
  },
  {
    files: ["constructs/docker/**/*.ts", "constructs/aws/**/*.ts"],
    rules: {
      "no-restricted-imports": restrict(...noConstructImports, noIo),
      "no-restricted-globals": noEnvironment("Only stacks/ reads the environment."),
    },
  },
  {
    // An asset of the library is a folder or file on disk.
    files: ["constructs/aws/aws-job.ts"],
    rules: { "no-restricted-imports": restrict(...noConstructImports) },
  },
  {
    // What goes with the process that made it.
    files: ["constructs/image/folder.ts"],
    rules: { "no-restricted-globals": "off" },
  },
  {
    files: ["compose-templates/**/*.ts"],
    rules: {
      "no-restricted-imports": restrict(
        {
          group: [
            "../stacks/**",
            "../constructs/*/**",
            "!../constructs/mlflow/**",
            "!../constructs/image/**",
          ],
          message: "A renderer takes the plan, the image's texts and its own folder.",
        },
        {
          group: ["../env/*", "!../env/dotenv.js"],
          message: "Of env/ a renderer takes only the dotenv grammar.",
        },
        noIo,
        noYaml,
      ),
      "no-restricted-globals": noEnvironment("Only stacks/ reads the environment."),
    },
  },
  {
    files: ["stacks/**/*.ts"],
    rules: { "no-restricted-imports": restrict(noYaml, noRootBindings) },
  },
  { files: ["compose-templates/yaml.ts"], rules: { "no-restricted-imports": "off" } },
  {
    files: ["env/**/*.ts"],
    rules: {
      "no-restricted-imports": restrict(
        {
          group: ["../stacks/**", "../compose-templates/**"],
          message: "env/ turns texts into props; it does not render.",
        },
        noIo,
        noYaml,
      ),
      "no-restricted-globals": noEnvironment("Only stacks/ reads the environment."),
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "no-restricted-imports": restrict(noRootBindings),
      "max-lines-per-function": "off",
      "@typescript-eslint/no-unused-expressions": "error",
    },
  },
  {
    files: ["scripts/**", "*.js", "*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
);
