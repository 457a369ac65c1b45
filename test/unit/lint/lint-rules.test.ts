/** Lints deliberate violations as if they stood in real files: a rule that no longer bites is noticed here. */
import { join } from 'node:path';
import { ESLint } from 'eslint';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..', '..');
const eslint = new ESLint({ cwd: root });

/** Each case: an existing file to stand in for (its path decides which rules apply), the code, the rules it breaks. */
const cases: readonly (readonly [what: string, file: string, code: string, rules: readonly string[]])[] = [
  [
    'a stage imports a later stage',
    'server/src/util/assert-never.ts',
    `export { foldRun } from '../fold/fold-run';`,
    ['longfold/layers'],
  ],
  [
    'stages that must not know each other',
    'server/src/critic/bm25.ts',
    `export { x } from '../llm/chat-model';`,
    ['longfold/layers'],
  ],
  [
    'the embeddings import the critic instead of the tokenizer they share',
    'server/src/embed/word-cache.ts',
    `export { x } from '../critic/bm25';`,
    ['longfold/layers'],
  ],
  [
    'a stage imports what measures it',
    'server/src/critic/bm25.ts',
    `export { recall } from '../eval/recall';`,
    ['longfold/layers'],
  ],
  [
    'the server imports the extension',
    'server/src/main.ts',
    `export type { LongfoldApi } from '../../extension/src/test-api';`,
    ['longfold/layers'],
  ],
  [
    'the extension imports the server, even a type',
    'extension/src/errors.ts',
    `export type { Chunk } from '../../server/src/chunk/chunk';`,
    ['longfold/layers'],
  ],
  [
    'a webview imports the extension',
    'media/chat/chat.ts',
    `export { x } from '../../extension/src/errors';`,
    ['longfold/layers'],
  ],
  [
    'code imports a test',
    'server/src/main.ts',
    `export { runCli } from '../../test/support/cli-process';`,
    ['longfold/layers'],
  ],
  [
    'a type of a later stage is free',
    'server/src/util/assert-never.ts',
    `export type { Chunk } from '../chunk/chunk';`,
    [],
  ],
  [
    'every stage may call its worker',
    'server/src/critic/bm25.ts',
    `export { callWorker } from '../workers/worker-rpc';`,
    [],
  ],
  ['vscode outside the extension', 'server/src/main.ts', `export * from 'vscode';`, ['longfold/fences']],
  [
    'the language server library in a stage',
    'server/src/critic/bm25.ts',
    `export * from 'vscode-languageserver';`,
    ['longfold/fences'],
  ],
  ['inference outside a worker', 'server/src/critic/bm25.ts', `export * from 'onnxruntime-node';`, ['longfold/fences']],
  [
    'SQLite on the loop of the server',
    'server/src/critic/bm25.ts',
    `export * from 'node:sqlite';`,
    ['longfold/fences'],
  ],
  ['files read in a stage', 'server/src/critic/bm25.ts', `export * from 'node:fs';`, ['longfold/fences']],
  ['the network in a stage', 'server/src/critic/bm25.ts', `export * from 'node:https';`, ['longfold/fences']],
  [
    'fetch in a stage',
    'server/src/critic/bm25.ts',
    `export const answer: unknown = await fetch('http://localhost');`,
    ['no-restricted-globals'],
  ],
  ['Node in a webview', 'media/chat/chat.ts', `export * from 'node:path';`, ['longfold/fences']],
  ['any', 'server/src/critic/bm25.ts', `export const x: any = 1;`, ['@typescript-eslint/no-explicit-any']],
  [
    'non-null',
    'server/src/critic/bm25.ts',
    `export const f = (x: string | null): string => x!;`,
    ['@typescript-eslint/no-non-null-assertion'],
  ],
  ['a default export', 'server/src/critic/bm25.ts', `export default 1;`, ['import-x/no-default-export']],
  [
    'a function over 80 lines',
    'server/src/critic/bm25.ts',
    `export function f(): void {${'  f();\n'.repeat(81)}}`,
    ['max-lines-per-function'],
  ],
  [
    'a file over 500 lines',
    'server/src/critic/bm25.ts',
    `export const x = 1;\n${'// line\n'.repeat(501)}`,
    ['max-lines'],
  ],
];

test.each(cases)('lint: %s', async (_what, file, code, rules) => {
  expect(await brokenRules(code, file)).toEqual(rules);
});

test('lint: a cycle of two files is seen', async () => {
  // onnx-critic.ts imports critic-sections.ts; here the import goes back.
  const found = await brokenRules(
    `export { OnnxCritic } from './onnx-critic';`,
    'server/src/critic/critic-sections.ts',
  );
  expect(found).toEqual(['import-x/no-cycle']);
});

async function brokenRules(code: string, file: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: join(root, file) });
  return [...new Set((result?.messages ?? []).map((message) => message.ruleId))];
}
