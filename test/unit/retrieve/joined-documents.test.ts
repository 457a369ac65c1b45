/** The documents of several folders as one list, each under its folder's name, and the names that any of them knows. */
import { expect, test } from 'vitest';
import { namesFile, type NameLookUp } from '../../../server/src/answer/known-names';
import type { DocumentSource } from '../../../server/src/answer/ports';
import type { WorkspaceSession } from '../../../server/src/application';
import type { Passage } from '../../../server/src/retrieve/retriever';
import { joinDocuments, joinNames } from '../../../server/src/session/joined-roots';

const passageOf = (path: string, text: string): Passage => ({ path, text, startOffset: 0, endOffset: text.length, startLine: 0, endLine: 0, heading: '', score: 1, sources: ['text'] }); // prettier-ignore

function rootOf(name: string, files: Readonly<Record<string, string>>) {
  const asked: (readonly string[])[] = [];
  const documents: DocumentSource = {
    list: async (paths) => {
      asked.push(paths);
      const own = Object.keys(files).filter((path) => paths.length === 0 || paths.some((one) => path.startsWith(one)));
      return own.map((path) => ({ path, chunks: 1, tokens: 1, contentHash: path }));
    },
    passages: async (path) =>
      Object.entries(files)
        .filter(([own]) => own.endsWith(path))
        .map(([own, text]) => passageOf(own, text)),
    symbol: async (symbol) =>
      Object.entries(files)
        .filter(([, text]) => text.includes(symbol))
        .map(([own, text]) => passageOf(own, text)),
  };
  const names: NameLookUp = {
    lookUp: async (wanted, named) => ({
      names: new Set(wanted.filter((word) => Object.values(files).some((text) => text.includes(word)))),
      files: new Set(named.filter((file) => Object.keys(files).some((path) => namesFile(path, file)))),
    }),
  };
  return { root: { name, path: `/${name}`, session: { documents, names } as WorkspaceSession }, asked };
}

const web = rootOf('web', { 'docs/a.md': 'tide of web', 'src/b.md': 'only here' });
const api = rootOf('api', { 'docs/a.md': 'tide of api', 'docs/c.md': 'harbour' });
const roots = { roots: [web.root, api.root], problems: [] };
const joined = joinDocuments(roots);
const paths = (items: readonly { readonly path: string }[]): readonly string[] => items.map(({ path }) => path);

test('lists all folders, or what was chosen of each', async () => {
  expect(paths(await joined.list([]))).toEqual(['web/docs/a.md', 'web/src/b.md', 'api/docs/a.md', 'api/docs/c.md']);
  expect(paths(await joined.list(['api/docs/c.md', 'web']))).toEqual([
    'web/docs/a.md',
    'web/src/b.md',
    'api/docs/c.md',
  ]);
  web.asked.length = 0;
  expect(paths(await joined.list(['api']))).toEqual(['api/docs/a.md', 'api/docs/c.md']);
  // Nothing was asked of it; an empty list would mean everything.
  expect(web.asked).toEqual([]);
});

test('the same path in two folders is two documents', async () => {
  expect((await joined.passages('api/docs/a.md')).map(({ path, text }) => [path, text])).toEqual([
    ['api/docs/a.md', 'tide of api'],
  ]);
  expect(paths(await joined.passages('c.md'))).toEqual(['api/docs/c.md']);
  expect(await joined.passages('d.md')).toEqual([]);
  expect(paths(await joined.symbol('tide'))).toEqual(['web/docs/a.md', 'api/docs/a.md']);
});

test('a name is known where any of the folders knows it, a file as the answer writes it', async () => {
  const files = ['api/docs/c.md', 'c.md', 'web/docs/c.md', 'web/src/b.md'];
  const known = await joinNames(roots).lookUp(['harbour', 'tide', 'dune'], files, new AbortController().signal);
  expect([...known.names].sort()).toEqual(['harbour', 'tide']);
  expect([...known.files].sort()).toEqual(['api/docs/c.md', 'c.md', 'web/src/b.md']);
});
