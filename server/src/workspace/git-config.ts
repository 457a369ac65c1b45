/**
 * The few settings of git that say which files it ignores, read from git itself where it is there, else from its files
 * (git-config(1)): system, user, repository and worktree, with their unconditional includes. Conditional includes
 * (`includeIf`) are git's alone.
 */
import { dirname, isAbsolute, join } from 'node:path';
import type { FileSystem } from '../platform/ports';
import type { GitRunner } from '../platform/run-git';
import type { Environment } from '../platform/user-folders';
import { readBounded } from './read-bounded';

export interface GitSettings {
  /** `core.excludesFile` as it is written, or null. */
  readonly excludesFile: string | null;
  /** `core.ignoreCase`, or null where nothing says it. */
  readonly ignoreCase: boolean | null;
  /** Bytes of an object's name: 20, or 32 in a SHA-256 repository. */
  readonly hashBytes: number;
}

export interface GitConfigParts {
  readonly fileSystem: FileSystem;
  readonly env: Environment;
}

const maxIncludeDepth = 5;
const maxConfigBytes = 1024 * 1024;

/** Null: git is not there. */
export async function askGitSettings(git: GitRunner, folder: string, signal: AbortSignal): Promise<GitSettings | null> {
  const listed = await git(folder, ['config', '--list', '-z', '--includes'], { signal });
  if (listed.exitCode !== 0) return null;
  const values = new Map<string, string>();
  for (const record of listed.records) {
    const end = record.indexOf('\n');
    // A key without a value means true.
    values.set(end < 0 ? record : record.slice(0, end), end < 0 ? 'true' : record.slice(end + 1));
  }
  return toSettings(values);
}

/** `folders`: those whose `config` belongs to the repository, the common one first. */
export async function readGitSettings(parts: GitConfigParts, folders: readonly string[]): Promise<GitSettings> {
  const values = new Map<string, string>();
  const files = ['/etc/gitconfig', ...userConfigFiles(parts.env), ...folders.map((folder) => join(folder, 'config'))];
  for (const file of files) await readConfigFile(parts, file, values, 0);
  if (values.get('extensions.worktreeconfig') === 'true') {
    for (const folder of folders) await readConfigFile(parts, join(folder, 'config.worktree'), values, 0);
  }
  return toSettings(values);
}

/** The user's own ignore file; null where there is no home to look for it. A relative path counts from `top`. */
export function userIgnoreFile(settings: GitSettings, env: Environment, top: string): string | null {
  const { excludesFile } = settings;
  if (excludesFile !== null) {
    if (excludesFile === '') return null;
    const path = expandHome(excludesFile, env);
    return isAbsolute(path) ? path : join(top, path);
  }
  const config = userConfigFolder(env);
  return config === null ? null : join(config, 'git', 'ignore');
}

function toSettings(values: ReadonlyMap<string, string>): GitSettings {
  const ignoreCase = values.get('core.ignorecase');
  return {
    excludesFile: values.get('core.excludesfile') ?? null,
    ignoreCase: ignoreCase === undefined ? null : /^(?:true|yes|on|1)$/i.test(ignoreCase),
    hashBytes: values.get('extensions.objectformat') === 'sha256' ? 32 : 20,
  };
}

function userConfigFiles(env: Environment): readonly string[] {
  const [config, home] = [userConfigFolder(env), homeOf(env)];
  return [
    ...(config === null ? [] : [join(config, 'git', 'config')]),
    ...(home === null ? [] : [join(home, '.gitconfig')]),
  ];
}

function userConfigFolder(env: Environment): string | null {
  const home = homeOf(env);
  return env['XDG_CONFIG_HOME'] || (home === null ? null : join(home, '.config'));
}

function homeOf(env: Environment): string | null {
  return env['HOME'] || env['USERPROFILE'] || null;
}

function expandHome(path: string, env: Environment): string {
  const home = homeOf(env);
  return home !== null && /^~(?:\/|$)/.test(path) ? join(home, path.slice(1)) : path;
}

async function readConfigFile(
  parts: GitConfigParts,
  file: string,
  values: Map<string, string>,
  depth: number,
): Promise<void> {
  const bytes = await readBounded(parts.fileSystem, file, maxConfigBytes);
  if (bytes === null || depth > maxIncludeDepth) return;
  for (const [key, value] of parseConfig(Buffer.from(bytes).toString('utf8'))) {
    values.set(key, value);
    if (key !== 'include.path') continue;
    const path = expandHome(value, parts.env);
    await readConfigFile(parts, isAbsolute(path) ? path : join(dirname(file), path), values, depth + 1);
  }
}

/** Keys in lower case without the names of subsections: none of the settings above has one. */
function parseConfig(text: string): readonly (readonly [string, string])[] {
  const found: [string, string][] = [];
  let section = '';
  for (const line of text
    .replace(/^\uFEFF/, '')
    .replace(/\\\r?\n/g, '')
    .split('\n')) {
    const header = /^\s*\[\s*([\w.-]+)\s*("(?:[^"\\]|\\.)*")?\s*\]/.exec(line);
    if (header) section = header[2] === undefined ? (header[1] ?? '').toLowerCase() : '';
    const rest = header ? line.slice(header[0].length) : line;
    const entry = /^\s*([A-Za-z][\w-]*)\s*(?:=(.*))?$/.exec(rest.replace(/\r$/, ''));
    if (section === '' || !entry) continue;
    found.push([
      `${section}.${(entry[1] ?? '').toLowerCase()}`,
      entry[2] === undefined ? 'true' : parseValue(entry[2].trim()),
    ]);
  }
  return found;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', b: '\b' };

/** Quotes go, escapes are resolved, a comment outside of quotes ends the value. */
function parseValue(source: string): string {
  let [value, kept, isQuoted] = ['', 0, false];
  for (let at = 0; at < source.length; at += 1) {
    const character = source.charAt(at);
    if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === '#' || character === ';')) break;
    else if (character === '\\') {
      at += 1;
      value += escapes[source.charAt(at)] ?? source.charAt(at);
    } else value += character;
    // Spaces before a comment do not count.
    if (isQuoted || !/\s/.test(character)) kept = value.length;
  }
  return value.slice(0, kept);
}
