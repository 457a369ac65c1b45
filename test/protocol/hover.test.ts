/** The hover of the real server: the right definition, who uses it, links to real places, and the text on the screen first. */
import { existsSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CancellationTokenSource } from 'vscode-jsonrpc/node';
import type { IndexStatus } from '../../protocol/indexing';
import { copyFixture, startServer, type ServerProcess } from '../support/server-process';

interface HoverAnswer {
  readonly contents: { readonly value: string };
}

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({ folder: copyFixture('code/shop') });
  await waitForPhase(server, ['ready', 'failed']);
});
afterAll(() => server.stop());

async function waitForPhase(target: ServerProcess, phases: readonly IndexStatus['phase'][]): Promise<void> {
  const { workspaceUri } = target;
  for (;;) {
    const { phase } = await target.connection.sendRequest<IndexStatus>('longfold/index/get', { workspaceUri });
    if (phases.includes(phase)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const uriOf = (target: ServerProcess, path: string): string => pathToFileURL(join(target.folder, path)).toString();

async function open(target: ServerProcess, path: string): Promise<string> {
  const text = readFileSync(join(target.folder, path), 'utf8');
  const textDocument = { uri: uriOf(target, path), languageId: 'typescript', version: 1, text };
  await target.connection.sendNotification('textDocument/didOpen', { textDocument });
  return text;
}

/** At the first place of `mark` in `text`. */
async function hover(target: ServerProcess, path: string, text: string, mark: string): Promise<string> {
  const before = text.slice(0, text.indexOf(mark)).split('\n');
  const answer = await target.connection.sendRequest<HoverAnswer | null>('textDocument/hover', {
    textDocument: { uri: uriOf(target, path) },
    position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  });
  return answer?.contents.value ?? '';
}

/** `path:line` of each link to a file; each is looked up on the disk. */
function linkedPlaces(target: ServerProcess, markdown: string): readonly string[] {
  return [...markdown.matchAll(/\]\((file:[^)#]+)#L(\d+)\)/g)].map(([, uri = '', line = '']) => {
    const file = fileURLToPath(uri);
    expect(existsSync(file), file).toBe(true);
    expect(readFileSync(file, 'utf8').split('\n').length).toBeGreaterThanOrEqual(Number(line));
    return `${file.slice(target.folder.length + 1).replaceAll('\\', '/')}:${line}`;
  });
}

test('of two functions of one name the imported one comes first, with its header, callers, test and section', async () => {
  const basket = await open(server, 'src/basket.ts');
  const money = await hover(server, 'src/basket.ts', basket, 'money(sum)');
  expect(money).toContain('```typescript\nexport function money(value: number): string\n```');
  expect(linkedPlaces(server, money)).toEqual(['src/util/format.ts:1', 'src/legacy.ts:5', 'src/basket.ts:14']);
  const total = await hover(server, 'src/basket.ts', basket, 'total()');
  const places = linkedPlaces(server, total);
  expect(places[0]).toBe('src/basket.ts:12');
  expect(places).toEqual(expect.arrayContaining(['src/checkout.ts:4', 'tests/basket.test.ts:6', 'docs/guide.md:7']));
  expect(total).toMatch(/Tested in: \[tests.*\n\nDescribed in: \[docs/);
  expect(total).not.toContain('still being built');
});

test('the only command of a hover is the explain command', async () => {
  const basket = await open(server, 'src/basket.ts');
  const value = await hover(server, 'src/basket.ts', basket, 'money(sum)');
  const commands = [...value.matchAll(/\]\(command:([\w.]+)/g)].map((match) => match[1]);
  expect(commands).toEqual(['longfold.symbol.explain']);
});

test('what is on the screen and not saved is shown instead of what is stored', async () => {
  const basket = await open(server, 'src/basket.ts');
  const format = await open(server, 'src/util/format.ts');
  const textDocument = { uri: uriOf(server, 'src/util/format.ts'), version: 2 };
  const text = `/** Euros, with a comma. */\n${format.replace('value: number', 'value: bigint')}`;
  await server.connection.sendNotification('textDocument/didChange', { textDocument, contentChanges: [{ text }] });
  const money = (): Promise<string> => hover(server, 'src/basket.ts', basket, 'money(sum)');
  await expect.poll(money).toContain('export function money(value: bigint): string');
  const shown = await money();
  expect(shown).toContain('Euros, with a comma');
  expect(linkedPlaces(server, shown)[0]).toBe('src/util/format.ts:2');
  await server.connection.sendNotification('textDocument/didClose', { textDocument: { uri: textDocument.uri } });
  await expect.poll(money).toContain('export function money(value: number): string');
});

test('names and comments of the workspace are text: no link, no command, no image, no end of the code block', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'longfold-ws-')));
  const evil = '[run](command:evil.run) ![x](https://evil.example/x.png) <img src=x> https://evil.example';
  const code = `// ${evil}\nexport const sly = (a = \`\n\`\`\`\n${evil}\`) => a;\n`;
  writeFileSync(join(folder, 'a (b) [c](command:evil.run).ts'), code);
  writeFileSync(join(folder, 'use.ts'), "import { sly } from './a (b) [c](command:evil.run)';\nsly();\n");
  const other = await startServer({ folder });
  try {
    await waitForPhase(other, ['ready', 'failed']);
    const value = await hover(other, 'use.ts', await open(other, 'use.ts'), 'sly();');
    expect(value).toContain('longfold.symbol.explain');
    const [block = ''] = /^(`{3,})typescript\n[\s\S]*?\n\1(?!`)/.exec(value) ?? [];
    expect(block).toContain('export const sly');
    const outside = value.slice(block.length);
    expect([...outside.matchAll(/(?<!\\)\]\((\w+:)/g)].map((match) => match[1]).sort()).toEqual(
      expect.arrayContaining(['command:', 'file:']),
    );
    expect(outside).not.toMatch(/(?<!\\)\]\(command:evil|(?<!\\)!\[|(?<!\\)<img|https:\/\/evil/);
    for (const place of linkedPlaces(other, outside)) expect(place).toMatch(/\.ts:\d+$/);
  } finally {
    await other.stop();
  }
});

test('it works while the index is being built and says so, and one that is cancelled does no harm', async () => {
  const large = await startServer({ folder: join(import.meta.dirname, '..', '..', 'node_modules', 'fastify') });
  try {
    await waitForPhase(large, ['symbols']);
    const text = await open(large, 'fastify.js');
    await expect
      .poll(() => hover(large, 'fastify.js', text, 'buildErrorHandler'), { interval: 10, timeout: 20_000 })
      .toContain('still being built');
    await waitForPhase(large, ['ready', 'failed']);
    expect(await hover(large, 'fastify.js', text, 'buildErrorHandler')).not.toContain('still being built');
    const source = new CancellationTokenSource();
    const params = { textDocument: { uri: uriOf(large, 'fastify.js') }, position: { line: 0, character: 0 } };
    const cancelled = large.connection.sendRequest('textDocument/hover', params, source.token);
    source.cancel();
    await cancelled.catch(() => null);
    expect(await hover(large, 'fastify.js', text, 'buildErrorHandler')).toContain('lib/error');
  } finally {
    await large.stop();
  }
});
