// ESLint rules for the dependency graph of docs/architecture.md: which folder may import which (layers), and which
// packages stay behind a fence (fences). They work on paths alone and need no
// resolver, so they cannot fall silent because a resolver finds no file; test/unit/lint/lint-rules.test.ts lints deliberate violations.
import { dirname, relative, resolve, sep } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const base = ['platform', 'util'];

/** Each folder to the folders it may import at run time. Types may come from any server folder, and from protocol. */
const serverLayers = {
  util: [],
  platform: ['util'],
  extract: base,
  chunk: [...base, 'extract'],
  // The tokenizer, shared by the critic and the static embeddings.
  tokens: base,
  critic: [...base, 'tokens'],
  embed: [...base, 'tokens'],
  llm: base,
  index: base,
  trace: [...base, 'protocol'],
  workspace: [...base, 'extract', 'chunk', 'index'],
  retrieve: [...base, 'index', 'critic'],
  fold: [...base, 'retrieve', 'llm'],
  compute: [...base, 'llm', 'fold', 'protocol'],
  answer: [...base, 'compute', 'fold', 'retrieve', 'llm', 'protocol'],
  session: [...base, 'workspace', 'index', 'retrieve', 'critic', 'llm', 'fold', 'answer', 'trace', 'protocol'],
  // Measures through ports; only compose-evaluations.ts and the command line know it.
  eval: base,
  // Worker entries bind a stage to its thread, so they may use the stages; nothing but worker-rpc is imported back.
  workers: [
    ...base,
    'extract',
    'chunk',
    'compute',
    'index',
    'retrieve',
    'tokens',
    'critic',
    'embed',
    'llm',
    'protocol',
  ],
};
const serverAll = Object.keys(serverLayers).filter((name) => name !== 'workers');
serverLayers.lsp = [...serverAll, 'protocol'];
serverLayers.cli = [...serverAll, 'protocol'];

/** Outside the server types are not free: a type is a promise, too. */
const outerLayers = { protocol: [], extension: ['protocol'], media: ['protocol'] };

/** Modules that only some places may import. `allowed` are beginnings of paths; tests and scripts are free of it. */
const fences = [
  { modules: /^vscode$/, allowed: ['extension/'] },
  { modules: /^vscode-languageclient(\/|$)/, allowed: ['extension/'] },
  { modules: /^vscode-languageserver(\/|-textdocument|$)/, allowed: ['server/src/lsp/', 'server/src/main'] },
  { modules: /^(onnxruntime-|node-llama-cpp$)/, allowed: ['server/src/workers/'] },
  { modules: /^(node:)?sqlite$/, allowed: ['server/src/workers/'] },
  { modules: /^(node:)?fs(\/|$)/, allowed: ['server/src/platform/', 'server/src/workers/'] },
  {
    modules: /^((node:)?(https?|http2|net|tls|dgram)|undici|ollama)(\/|$)/,
    allowed: ['server/src/llm/', 'server/src/platform/http-fetch'],
  },
];
/** The webviews run in a browser, and protocol is shared with them: nothing of Node in either. */
const nodeFree = ['media/', 'protocol/'];

export const fencesRule = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      fence: '{{module}} may be imported only in {{allowed}}.',
      node: 'This folder also runs in a browser: {{module}} is not there.',
    },
  },
  create(context) {
    const file = pathInRoot(context.filename);
    const check = (node) => {
      const module = node.source?.value;
      if (typeof module !== 'string' || /^(test|scripts)\//.test(file)) return;
      if (module.startsWith('node:') && nodeFree.some((folder) => file.startsWith(folder))) {
        return context.report({ node, messageId: 'node', data: { module } });
      }
      const fence = fences.find(({ modules }) => modules.test(module));
      if (fence === undefined || fence.allowed.some((start) => file.startsWith(start))) return;
      context.report({ node, messageId: 'fence', data: { module, allowed: fence.allowed.join(', ') } });
    };
    return visitImports(check);
  },
};

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
    return visitImports(check);
  },
};

function visitImports(check) {
  return {
    ImportDeclaration: check,
    ExportNamedDeclaration: check,
    ExportAllDeclaration: check,
    ImportExpression: check,
  };
}

function pathInRoot(path) {
  return relative(root, path).split(sep).join('/');
}

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
  const isTop = src === undefined && !Object.hasOwn(outerLayers, area);
  return isTop ? { area: 'top', name: 'top' } : { area, name: area };
}

/** The typed way to call a worker, which every stage may use. */
function isWorkerRpc(path) {
  return /^server\/src\/workers\/worker-rpc(\.ts)?$/.test(pathInRoot(path));
}

/** `import type …`, `export type … from`, or braces in which every name is marked as a type. */
function isTypeOnly(node) {
  if (node.importKind === 'type' || node.exportKind === 'type') return true;
  const names = node.specifiers ?? [];
  return names.length > 0 && names.every((name) => name.importKind === 'type' || name.exportKind === 'type');
}
