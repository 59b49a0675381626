// TypeScript (host, scripts, tests) is linted with its types; AssemblyScript (the modules) without, as its types are not
// TypeScript's.

import tseslint from "typescript-eslint";

const ASSEMBLYSCRIPT = ["assembly/**/*.ts", "test/modules/**/*.ts"];

export default tseslint.config(
  { ignores: ["build/", "dist/", "node_modules/"] },
  {
    files: ["boards/**/*.ts", "host/{core,node}/**/*.ts", "scripts/**/*.ts", "test/**/*.ts"],
    ignores: ASSEMBLYSCRIPT,
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-confusing-void-expression": "off",
      // the exports of a module do not use `this`
      "@typescript-eslint/unbound-method": "off",
      // the numbers that modules return are named by the enums of assembly/abi/index.ts
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
      // node:test's `test` and `describe` return promises that the runner awaits
      "@typescript-eslint/no-floating-promises": [
        "error",
        {
          allowForKnownSafeCalls: [
            { from: "package", name: ["test", "describe", "it", "suite"], package: "node:test" },
          ],
        },
      ],
      // `noUncheckedIndexedAccess` makes every index of a typed array optional: `!` says that the bound was checked
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      eqeqeq: "error",
      "no-restricted-syntax": [
        "error",
        { selector: "TSEnumDeclaration[const=true]", message: "isolatedModules cannot share const enums" },
      ],
    },
  },
  {
    files: ASSEMBLYSCRIPT,
    extends: [tseslint.configs.base],
    // AssemblyScript allows decorators on functions and variables, TypeScript does not
    languageOptions: { parserOptions: { allowInvalidAST: true } },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // the builds of a module share signatures: a build may not need every parameter
      "@typescript-eslint/no-unused-vars": ["error", { args: "none" }],
      "@typescript-eslint/explicit-function-return-type": "error",
      "@typescript-eslint/prefer-as-const": "error",
      "default-case-last": "error",
      "no-constant-binary-expression": "error",
      "no-dupe-else-if": "error",
      "no-duplicate-case": "error",
      "no-empty": "error",
      "no-fallthrough": "error",
      "no-redeclare": "error",
      "no-self-assign": "error",
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-unreachable": "error",
      "no-unused-expressions": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
);
