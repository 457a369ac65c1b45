// Lint rules. The structural ones follow docs/architecture.md; test/unit/lint/lint-rules.test.ts shows that each bites.
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import { importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { layersRule } from './scripts/lint-layers.mjs';

/** Packages and Node modules that only some folders may import: [pattern, reason, files that may]. */
const fences = [
  ['^vscode$', 'vscode is imported in extension/ only', ['extension/**', 'test/vscode/**']],
  ['^vscode-languageclient', 'the language client is imported in extension/ only', ['extension/**']],
  [
    '^vscode-languageserver(/.*)?$|^vscode-languageserver-textdocument$',
    'the language server library is imported in server/src/lsp and the entries only',
    ['server/src/lsp/**', 'server/src/main*.ts', 'test/**'],
  ],
  ['^onnxruntime-', 'inference runs in workers only', ['server/src/workers/**', 'test/**']],
  ['^node-llama-cpp$', 'the embedded model runs in a process of its own', ['server/src/workers/**', 'test/**']],
  ['^node:sqlite$', 'SQLite blocks its thread: store workers only', ['server/src/workers/**', 'test/**']],
  [
    '^(node:)?fs(/promises)?$',
    'files are read through the FileSystem port',
    ['server/src/platform/**', 'server/src/workers/**', 'test/**'],
  ],
  [
    '^(node:)?(https?|http2|net|tls|dgram|undici)$',
    'network calls are made in server/src/llm only',
    ['server/src/llm/**', 'test/**'],
  ],
];
const typescript = ['**/*.ts'];
const folders = ['protocol', 'extension', 'media', 'server/src/*', 'server/src', 'test/vscode', 'test'];

export default tseslint.config(
  { ignores: ['dist/**', 'out/**', 'demo-out/**', 'test-results/**', 'test/fixtures/**', 'models/**', '.vscode-test/**'] },
  {
    files: typescript,
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'import-x': importX, longfold: { rules: { layers: layersRule } } },
    // Without a resolver that knows .ts the cycle rule finds no file and stays silent.
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ alwaysTryTypes: false })] },
    rules: {
      'longfold/layers': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'max-lines': ['error', 500],
      'max-lines-per-function': ['error', 80],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  ...folders.map((folder) => ({
    files: [folder === 'server/src' ? 'server/src/*.ts' : `${folder}/**/*.ts`],
    rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: patternsFor(folder) }] },
  })),
  {
    files: ['protocol/**', 'extension/**', 'media/**', 'server/src/**'],
    ignores: ['server/src/llm/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource'].map((name) => ({
          name,
          message: 'Network calls are made in server/src/llm only.',
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
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off',
    },
  },
  { files: ['vitest.config.ts'], extends: [tseslint.configs.disableTypeChecked] },
);

function patternsFor(folder) {
  throw new Error(folder);
}
