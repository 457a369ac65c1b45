/** Files that are not read as text because of what their name says: other formats, and files made by a program. */
import type { SkipReason } from './document';
import { fileName } from './languages';

export interface Skip {
  readonly reason: SkipReason;
  readonly detail: string;
}

const lockFiles = new Set([
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'cargo.lock',
  'poetry.lock',
  'uv.lock',
  'pipfile.lock',
  'composer.lock',
  'gemfile.lock',
  'go.sum',
  'flake.lock',
]);
const generatedName = /\.min\.(?:js|mjs|cjs|css)$|\.(?:js|mjs|cjs|css)\.map$|\.map$|\.tsbuildinfo$|\.bundle\.js$/i;
const unreadFormats = /\.(?:doc|dot|ppt|pps|xls|xlsb|odt|ods|odp|rtf)$/i;
const binaryFormats =
  /\.(?:png|jpe?g|gif|webp|bmp|ico|icns|tiff?|mp[34]|m4a|ogg|wav|flac|mov|avi|mkv|webm|zip|gz|tgz|bz2|xz|zst|7z|rar|jar|war|class|o|a|so|dll|dylib|exe|wasm|node|pyc|woff2?|ttf|otf|eot|onnx|gguf|safetensors|bin|dat|db|sqlite3?|parquet|npz?|pkl|pt|vsix)$/i;

export function skipByName(path: string): Skip | null {
  const name = fileName(path).toLowerCase();
  if (unreadFormats.test(name))
    return { reason: 'unsupported', detail: 'This format is not read; save it as DOCX, PPTX, XLSX or PDF.' };
  if (binaryFormats.test(name)) return { reason: 'binary', detail: 'It is a binary file.' };
  if (lockFiles.has(name)) return { reason: 'generated', detail: 'It is a lock file that a package manager writes.' };
  if (generatedName.test(name)) return { reason: 'generated', detail: 'Its name says that a build tool wrote it.' };
  return null;
}

const minifiable = new Set(['javascript', 'typescript', 'css', 'json', 'html']);

/** Few, very long lines of code: made by a minifier, and of no use as evidence. */
export function looksMinified(text: string, language: string): boolean {
  if (!minifiable.has(language) || text.length < 20_000) return false;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return text.length / lines > 1_000;
}
