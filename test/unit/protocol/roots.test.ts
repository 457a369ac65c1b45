/** Names of folders in paths: no two alike, each a single segment, and back again to the folder. */
import { expect, test } from 'vitest';
import { fromRootedPath, nameRoots, toRootedPath } from '../../../protocol/roots';

test.each<[string, readonly [name: string, path: string][], readonly string[]]>([
  [
    'each its own',
    [
      ['web', '/a/web'],
      ['api', '/a/api'],
    ],
    ['web', 'api'],
  ],
  [
    'namesakes by the parent',
    [
      ['api', '/a/post/api'],
      ['api', '/a/bikes/api'],
    ],
    ['api (post)', 'api (bikes)'],
  ],
  [
    'by the nearest parent that tells',
    [
      ['api', '/x/one/src/api'],
      ['api', '/x/two/src/api'],
    ],
    ['api (one)', 'api (two)'],
  ],
  [
    'one of them lies higher',
    [
      ['api', '/api'],
      ['api', '/a/api'],
    ],
    ['api (folder)', 'api (a)'],
  ],
  [
    'by a number where no parent tells',
    [
      ['api', '/a/api'],
      ['api', '/a/api'],
    ],
    ['api (a)', 'api (a) (2)'],
  ],
  [
    'a name that is taken already',
    [
      ['api (a)', '/z'],
      ['api', '/a/api'],
      ['api', '/b/api'],
    ],
    ['api (a)', 'api (a) (2)', 'api (b)'],
  ],
  [
    'what is no segment',
    [
      ['a/b:c\\d\n', '/1'],
      ['..', '/2'],
      [' ', '/3'],
    ],
    ['a-b-c-d-', 'folder (folder)', 'folder (folder) (2)'],
  ],
  [
    'Windows',
    [
      ['api', 'C:\\post\\api'],
      ['api', 'D:\\post\\api'],
    ],
    ['api (C-)', 'api (D-)'],
  ],
])('%s', (_case, folders, names) => {
  const roots = nameRoots(folders.map(([name, path]) => ({ name, path })));
  expect(roots).toEqual(folders.map(([, path], place) => ({ name: names[place], path })));
  for (const root of roots) {
    expect(fromRootedPath(roots, toRootedPath(root, 'src/a.ts'))).toEqual({ root, inside: 'src/a.ts' });
  }
});

test.each(['src/a.ts', '/web/a.ts', 'web', 'we/b', 'WEB/a.ts', ''])('%j begins with no name of the table', (path) => {
  expect(fromRootedPath([{ name: 'web', path: '/a/web' }], path)).toBeUndefined();
});
