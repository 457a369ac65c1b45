/** What goes into a package: the closure of the runtime modules, and only one platform's native files. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { findRuntimeModules, stageRuntimeModules, whyNotTarget } from '../../../scripts/runtime-modules.mjs';

const root = join(import.meta.dirname, '..', '..', '..');
const out = mkdtempSync(join(tmpdir(), 'longfold-stage-'));
afterAll(() => rmSync(out, { recursive: true, force: true }));

test('the closure has what the bundles load and what that loads, and no optional or development package', () => {
  const found = findRuntimeModules(root);
  expect(found).toEqual(
    expect.arrayContaining([
      'node_modules/onnxruntime-node',
      'node_modules/onnxruntime-common',
      'node_modules/node-llama-cpp',
      'node_modules/lifecycle-utils',
      'node_modules/web-tree-sitter',
      'node_modules/@vscode/tree-sitter-wasm',
      'node_modules/@cursorless/tree-sitter-wasms',
    ]),
  );
  expect(found.filter((name) => /typescript|@node-llama-cpp|global-agent|vscode-language|fastify/.test(name))).toEqual(
    [],
  );
});

test('only the native files of the target are staged', () => {
  stageRuntimeModules(root, out, 'linux-x64');
  const onnx = join(out, 'onnxruntime-node', 'bin', 'napi-v6');
  expect([
    readdirSync(onnx),
    readdirSync(join(onnx, 'linux')),
    readdirSync(join(onnx, 'linux', 'x64')).sort(),
    readdirSync(join(out, '@node-llama-cpp')),
    existsSync(join(out, 'node-llama-cpp', 'llama', 'gitRelease.bundle')),
    existsSync(join(out, '@vscode', 'tree-sitter-wasm', 'wasm', 'tree-sitter-python.wasm')),
  ]).toEqual([['linux'], ['x64'], ['libonnxruntime.so.1', 'onnxruntime_binding.node'], ['linux-x64'], false, true]);
  const pdf = join(out, 'pdfjs-dist');
  expect([readdirSync(pdf).sort(), readdirSync(join(pdf, 'legacy', 'build')).sort()]).toEqual([
    ['LICENSE', 'cmaps', 'legacy', 'package.json'],
    ['pdf.min.mjs', 'pdf.worker.min.mjs'],
  ]);
  expect(existsSync(join(pdf, 'cmaps', 'UniGB-UCS2-H.bcmap'))).toBe(true);
});

test('of the second grammar package only the grammars that the first does not have are staged', () => {
  expect(readdirSync(join(out, '@cursorless', 'tree-sitter-wasms', 'out')).sort()).toEqual([
    'tree-sitter-html.wasm',
    'tree-sitter-json.wasm',
    'tree-sitter-kotlin.wasm',
    'tree-sitter-swift.wasm',
    'tree-sitter-yaml.wasm',
  ]);
});

test.each([
  ['linux-x64', undefined],
  [
    'darwin-x64',
    /^No package can be made for darwin-x64: onnxruntime-node has no build for Macs .* Choose one of linux-x64,/,
  ],
  ['alpine-x64', /^No package can be made for alpine-x64: onnxruntime-node has no build for musl\. Choose one of/],
  ['plan9', /^No package can be made for plan9: the name is not known\. Choose one of/],
])('target %s is known or refused in one sentence', (target, sentence) => {
  const reason = whyNotTarget(target);
  if (sentence === undefined) expect(reason).toBeUndefined();
  else expect(reason).toMatch(sentence);
});
