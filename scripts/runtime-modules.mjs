// Which npm packages the bundles load while they run, and which of their files a platform needs. The bundles hold all
// other dependencies, so only the packages that esbuild leaves outside (build.mjs, `external`) count as roots.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

const roots = [
  'onnxruntime-node',
  'node-llama-cpp',
  'web-tree-sitter',
  '@vscode/tree-sitter-wasm',
  '@cursorless/tree-sitter-wasms',
  'pdfjs-dist',
];

/** VS Code's target names to the folder and package names of the native parts. */
export const targets = {
  'linux-x64': { onnx: 'linux/x64', llama: 'linux-x64' },
  'linux-arm64': { onnx: 'linux/arm64', llama: 'linux-arm64' },
  'darwin-arm64': { onnx: 'darwin/arm64', llama: 'mac-arm64-metal' },
  'win32-x64': { onnx: 'win32/x64', llama: 'win-x64' },
  'win32-arm64': { onnx: 'win32/arm64', llama: 'win-arm64' },
};

const unsupported = {
  'darwin-x64': 'onnxruntime-node has no build for Macs with an Intel processor',
  'alpine-x64': 'onnxruntime-node has no build for musl',
  'alpine-arm64': 'onnxruntime-node has no build for musl',
};

/** One sentence if no package can be made for the target, otherwise undefined. */
export function whyNotTarget(target) {
  if (Object.hasOwn(targets, target)) return undefined;
  const known = Object.keys(targets).join(', ');
  const reason = unsupported[target] ?? 'the name is not known';
  return `No package can be made for ${target}: ${reason}. Choose one of ${known}.`;
}

/** Used by their install scripts only; the package works without them (the test of the installed VSIX shows it). */
const installOnly = { 'onnxruntime-node': ['adm-zip', 'global-agent'] };

/**
 * The packages that the roots reach through `dependencies`, found as Node finds them. Optional dependencies are the
 * native builds of other platforms and of GPUs: none is followed, the one that counts is added by `stageRuntimeModules`.
 * @returns {string[]} folders relative to `root`, each below its `node_modules`, sorted
 */
export function findRuntimeModules(root) {
  const found = new Set();
  const visit = (name, from) => {
    const folder = findPackage(name, from, root);
    if (found.has(folder)) return;
    found.add(folder);
    const manifest = readManifest(folder);
    const skipped = installOnly[name] ?? [];
    for (const next of Object.keys(manifest.dependencies ?? {})) {
      if (!skipped.includes(next) && !Object.hasOwn(manifest.optionalDependencies ?? {}, next)) visit(next, folder);
    }
  };
  for (const name of roots) visit(name, root);
  return [...found].map((folder) => relative(root, folder)).sort();
}

/** Copies what the target needs from `root`/node_modules to `out`, keeping nested node_modules in their places. */
export function stageRuntimeModules(root, out, target) {
  const { onnx, llama } = targets[target];
  const native = `@node-llama-cpp/${llama}`;
  const nativeFolder = join('node_modules', native);
  if (!existsSync(join(root, nativeFolder))) {
    throw new Error(`${native} is not installed: npm installs it only on that platform, so make the package there.`);
  }
  rmSync(out, { recursive: true, force: true });
  for (const folder of [...findRuntimeModules(root), nativeFolder]) {
    const to = join(out, relative('node_modules', folder));
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(root, folder), to, {
      recursive: true,
      filter: (source) => isNeeded(relative(join(root, folder), source), folder, onnx),
    });
  }
}

function isNeeded(path, folder, onnx) {
  const inside = path.split(sep).join('/');
  // Nested packages are staged by their own entry, if they are needed.
  if (inside === 'node_modules' || inside.startsWith('node_modules/')) return false;
  if (/\.(map|md|markdown|[cm]?ts|flow|cc|cpp|h|hpp)$/i.test(inside) && !/licen[cs]e|notice/i.test(inside))
    return false;
  if (/(^|\/)(test|tests|__tests__|\.github)$/.test(inside)) return false;
  switch (folder.split(sep).slice(1).join('/')) {
    case 'onnxruntime-node':
      return inside !== 'script' && isOnPath(inside, `bin/napi-v6/${onnx}`, 'bin');
    case 'node-llama-cpp':
      // Sources for building llama.cpp on the user's machine, and templates for new projects: 35 MB, never used here.
      return !['llama/gitRelease.bundle', 'llama/addon', 'llama/toolchains', 'templates'].includes(inside);
    case 'pdfjs-dist':
      // The two halves that read text, and the character maps; not what draws, and not what plays scripts.
      return (
        /^(LICENSE|package\.json|cmaps(\/.*)?)$/.test(inside) ||
        ['', 'legacy', 'legacy/build'].includes(inside) ||
        /^legacy\/build\/pdf(\.worker)?\.min\.mjs$/.test(inside)
      );
    case 'web-tree-sitter':
      return inside !== 'debug';
    case '@cursorless/tree-sitter-wasms':
      // 44 grammars, 45 MB: only those that @vscode/tree-sitter-wasm does not have.
      return !inside.endsWith('.wasm') || /tree-sitter-(?:html|json|kotlin|swift|yaml)\.wasm$/.test(inside);
    default:
      return true;
  }
}

/** Below `base` only what leads to `wanted` or lies in it; everything elsewhere. */
function isOnPath(inside, wanted, base) {
  if (inside !== base && !inside.startsWith(`${base}/`)) return true;
  return wanted === inside || wanted.startsWith(`${inside}/`) || inside.startsWith(`${wanted}/`);
}

function findPackage(name, from, root) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return candidate;
    if (folder === root) throw new Error(`${name}, needed by ${from}, is not installed: run "npm ci".`);
  }
}

function readManifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}
