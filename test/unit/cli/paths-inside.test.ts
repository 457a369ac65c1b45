/** What `--path` of a question chooses: by the folder that it lies in, and by its name where there are several. */
import { expect, test } from 'vitest';
import type { WorkspaceSession } from '../../../server/src/application';
import { pathsInside } from '../../../server/src/cli/ask-command';

const session = (root: string): WorkspaceSession => ({ root }) as WorkspaceSession;
const [web, api] = [session('/work/web'), session('/work/api')];
const roots = [
  { name: 'web', path: '/work/web', session: web },
  { name: 'api', path: '/work/api', session: api },
];
const opened = { session: web, joined: { roots, problems: [] } };

test('a path of one folder is relative to it', () => {
  expect(pathsInside({ session: web }, '/work', ['web/docs', 'web/..notes.md', 'web/a: b.md', 'web'])).toEqual([
    'docs',
    '..notes.md',
    'a: b.md',
    '',
  ]);
  expect(() => pathsInside({ session: web }, '/work', ['api/a.md'])).toThrow('api/a.md is not inside of /work/web');
});

test('a path of several folders begins with the name of its own', () => {
  expect(pathsInside(opened, '/work', ['web/docs', 'api/a.md', 'api'])).toEqual(['web/docs', 'api/a.md', 'api']);
  expect(() => pathsInside(opened, '/work', ['other'])).toThrow('not inside of /work/web or /work/api');
});
