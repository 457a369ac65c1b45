// What the benches share whose own code is TypeScript under test/support: its bundle, and the values of their flags.
import { build } from 'esbuild';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '..');

/** `entry` and `testsFolder` are paths from the repository's root; modules of `external` stay outside of the bundle. */
export async function bundleBench(entry, outfile, { testsFolder, external }) {
  await build({
    entryPoints: [join(root, entry)],
    ...{ outfile, external, bundle: true, platform: 'node', target: 'node24', format: 'esm', logLevel: 'warning' },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    // The tests find their fixtures beside themselves.
    define: { 'import.meta.dirname': JSON.stringify(join(root, testsFolder)) },
  });
}

export function valueOf(flag) {
  const at = process.argv.indexOf(flag);
  return at < 0 ? undefined : process.argv[at + 1];
}
