// Lint rules. The structural ones follow docs/architecture.md; test/unit/lint/lint-rules.test.ts shows that each bites.
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { fencesRule, layersRule } from './scripts/lint-layers.mjs';

const typescript = ['**/*.ts'];

export default tseslint.config(
  {
    ignores: [
      'vitest*.config.ts',
      'dist/**',
      'out/**',
      'demo-out/**',
      'test-results/**',
      'test/fixtures/**',
      'models/**',
      '.vscode-test/**',
    ],
  },
  {
    files: typescript,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX, longfold: { rules: { layers: layersRule, fences: fencesRule } } },
    // Without these the cycle rule finds no file and stays silent.
    settings: {
      'import-x/resolver-next': [createTypeScriptImportResolver({ alwaysTryTypes: false })],
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
    },
    rules: {
      'longfold/layers': 'error',
      'longfold/fences': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // `return report(error)` leaves early in one line.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // Spreading a string gives its code points, which is what we want of it.
      '@typescript-eslint/no-misused-spread': 'off',
      // Tables of methods give `void` as the result type of those without a result.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // A method of a port is async whether or not this adapter has to wait.
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', 500],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['protocol/**', 'extension/**', 'media/**', 'server/src/**'],
    ignores: ['server/src/llm/**', 'server/src/platform/http-fetch.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'].map((name) => ({
          name,
          message: 'Network calls go through server/src/platform/http-fetch.ts.',
        })),
      ],
    },
  },
  {
    files: ['test/**/*.ts', '*.config.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'no-console': 'off',
      'import-x/no-default-export': 'off',
      // Tests look into answers of unknown shape; a wrong guess fails the test, which is what it is for.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
);
