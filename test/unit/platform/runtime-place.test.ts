/** Where the process runs, as far as it explains an Ollama that does not answer on loopback. */
import { expect, it } from 'vitest';
import { runtimePlace } from '../../../server/src/platform/runtime-place';

it.each([
  ['here', {}, '6.1.0-13-amd64', []],
  ['wsl', {}, '5.15.153.1-microsoft-standard-WSL2', []],
  ['container', {}, '6.1.0-13-amd64', ['/.dockerenv']],
  ['container', { CODESPACES: 'true' }, '6.1.0-13-amd64', []],
  // Docker inside of WSL: the container is the nearer reason.
  ['container', {}, '5.15.153.1-microsoft-standard-WSL2', ['/run/.containerenv']],
  ['remote', { SSH_CONNECTION: '10.0.0.2 51234 10.0.0.3 22' }, '6.1.0-13-amd64', []],
])('knows %s', (place, env, kernel, files: readonly string[]) => {
  expect(runtimePlace({ env, kernel, hasFile: (path) => files.includes(path) })).toBe(place);
});
