import js from "@eslint/js";
import { importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

/** Which folder may import what; see CONTRIBUTING.md. */
const zones = [
  {
    target: "./constructs/mlflow",
    from: ["./constructs/docker", "./constructs/aws", "./compose-templates", "./env", "./stacks"],
    message: "The model knows no target: it is data and pure functions.",
  },
  {
    target: "./compose-templates",
    from: ["./constructs/docker", "./constructs/aws", "./stacks"],
    message: "A renderer takes the plan and its own folder.",
  },
  {
    target: "./compose-templates",
    from: "./env",
    except: ["./dotenv.ts"],
    message: "Of env/ a renderer takes only the dotenv grammar.",
  },
  {
    target: "./env",
    from: ["./compose-templates", "./stacks"],
    message: "env/ turns texts into props; it does not render.",
  },
];

const model = {
  patterns: [
    {
      group: ["node:*", "cdktf", "constructs", "@cdktf/*", "yaml", "zod", "execa"],
      message: "The model is pure TypeScript.",
    },
  ],
};

const noYaml = {
  paths: [{ name: "yaml", message: "YAML is written in compose-templates/yaml.ts alone." }],
};

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "mlflow/", "compose-templates/golden/"] },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    files: ["**/*.ts"],
    plugins: { "import-x": importX },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": "error",
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
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
  },
  {
    files: ["constructs/mlflow/**/*.ts"],
    rules: {
      "no-restricted-imports": ["error", model],
      "no-restricted-globals": [
        "error",
        { name: "process", message: "The model reads no environment." },
      ],
    },
  },
  {
    files: ["compose-templates/**/*.ts", "env/**/*.ts"],
    ignores: ["compose-templates/yaml.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          ...noYaml,
          patterns: [
            {
              group: ["node:fs", "node:fs/*", "node:child_process", "execa"],
              message: "Renderers do no I/O.",
            },
          ],
        },
      ],
      "no-restricted-globals": [
        "error",
        { name: "process", message: "Only stacks/ reads the environment." },
      ],
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: {
      "max-lines-per-function": "off",
      "@typescript-eslint/no-unused-expressions": "error",
    },
  },
  {
    files: ["scripts/**", "*.js", "*.mjs"],
    languageOptions: { globals: { process: "readonly", console: "readonly", URL: "readonly" } },
  },
);
