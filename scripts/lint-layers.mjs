// An ESLint rule for the dependency graph of docs/architecture.md. It works on paths alone and needs no resolver, so it
// cannot fall silent because a resolver finds no file; test/unit/lint/lint-rules.test.ts lints deliberate violations.
import { dirname, relative, resolve, sep } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const base = ['platform', 'util'];

/** Each folder to the folders it may import at run time. Types may come from any server folder, and from protocol. */
const serverLayers = {
  util: [],
  platform: ['util'],
  extract: base,
  chunk: [...base, 'extract'],
  critic: base,
  llm: base,
  index: base,
  trace: [...base, 'protocol'],
  workspace: [...base, 'extract', 'chunk', 'index'],
  retrieve: [...base, 'index', 'critic'],
  fold: [...base, 'retrieve', 'llm'],
  answer: [...base, 'fold', 'retrieve', 'llm', 'protocol'],
  session: [...base, 'workspace', 'index', 'retrieve', 'critic', 'llm', 'fold', 'answer', 'trace', 'protocol'],
  // Worker entries bind a stage to its thread, so they may use the stages; nothing but worker-rpc is imported back.
  workers: [...base, 'extract', 'chunk', 'index', 'critic', 'llm'],
};
const serverAll = Object.keys(serverLayers).filter((name) => name !== 'workers');
serverLayers.lsp = [...serverAll, 'protocol'];
serverLayers.cli = [...serverAll, 'protocol'];

const outerLayers = { protocol: [], extension: ['protocol'], media: ['protocol'] };

export const layersRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { edge: '{{from}} must not import {{to}}: see "Dependency direction" in docs/architecture.md.' },
  },
  create(context) {
    const from = layerOf(context.filename);
    const check = (node) => {
      const specifier = node.source?.value;
      if (typeof specifier !== 'string' || !specifier.startsWith('.')) return;
      const target = resolve(dirname(context.filename), specifier);
      const to = layerOf(target);
      if (!isAllowed(from, to, { isWorkerRpc: isWorkerRpc(target), isType: isTypeOnly(node) })) {
        context.report({ node, messageId: 'edge', data: { from: from.name, to: to.name } });
      }
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
    };
  },
};

function isAllowed(from, to, { isWorkerRpc, isType }) {
  if (from.name === to.name && from.area === to.area) return true;
  if (to.area === 'test') return from.area === 'test';
  if (from.area === 'test' || from.area === 'scripts') return true;
  if (from.area !== 'server') {
    // package.json and other files at the top are data, free for all.
    return to.area === 'top' || (outerLayers[from.area] ?? []).includes(to.area);
  }
  // compose.ts, main.ts and their like stand above all folders of the server.
  if (from.name === 'server') return to.area !== 'extension' && to.area !== 'media';
  if (isWorkerRpc || (isType && (to.area === 'server' || to.area === 'protocol'))) return true;
  return (serverLayers[from.name] ?? []).includes(to.name);
}

function layerOf(path) {
  const [area = '', src, folder, ...rest] = relative(root, path).split(sep);
  if (area === 'server' && src === 'src') {
    return { area, name: rest.length === 0 ? 'server' : folder };
  }
  return src === undefined ? { area: 'top', name: 'top' } : { area, name: area };
}

/** The typed way to call a worker, which every stage may use. */
function isWorkerRpc(path) {
  return /^server\/src\/workers\/worker-rpc(\.ts)?$/.test(relative(root, path).split(sep).join('/'));
}

/** `import type …`, `export type … from`, or braces in which every name is marked as a type. */
function isTypeOnly(node) {
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  const names = node.specifiers ?? [];
  return names.length > 0 && names.every((name) => name.importKind === 'type' || name.exportKind === 'type');
}
