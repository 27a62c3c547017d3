import js from "@eslint/js";

const browser = [
  "window",
  "document",
  "getComputedStyle",
  "ResizeObserver",
  "URL",
  "Blob",
  "setTimeout",
  "performance",
  "fetch",
  "Event",
];
const node = ["process", "URL", "console"];
const all = (names) => Object.fromEntries(names.map((name) => [name, "readonly"]));

const rules = {
  ...js.configs.recommended.rules,
  eqeqeq: "error",
  "no-var": "error",
  "prefer-const": "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
  "max-lines": ["error", 400],
  "max-lines-per-function": ["error", { max: 60, skipComments: true }],
};

export default [
  { files: ["src/**/*.js"], languageOptions: { ecmaVersion: 2022, globals: all(browser) }, rules },
  {
    files: ["*.js", "test/**/*.js"],
    languageOptions: { ecmaVersion: 2022, globals: all([...node, ...browser]) },
    rules,
  },
];
