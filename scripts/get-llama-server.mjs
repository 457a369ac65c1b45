// Builds the server of llama.cpp for the soak tests (`npm run test:long`) and keeps it outside the repository, in
// ~/.cache/longfold/test/llama-server. The source is that inside the Python package llama-cpp-python (MIT). Needs pip,
// CMake, Ninja and a C++ compiler; takes about twenty minutes on two cores the first time. Linux x64 with AVX2 only:
// the result is for tests, not for users.
// Usage: node scripts/get-llama-server.mjs            Exit code 0: the server is there.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const version = '0.3.36';
const sha256 = '832db0699007f1be95a7e41ef12e88926b02ba836461e36a36372db2760c1a2e';
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'longfold', 'test', 'llama-server');
const target = join(folder, `llama-server-${version}`);

/** One file, without its web page, without OpenSSL, and for any processor with AVX2. */
const options = [
  '-DCMAKE_BUILD_TYPE=Release',
  '-DBUILD_SHARED_LIBS=OFF',
  '-DLLAMA_BUILD_TESTS=OFF',
  '-DLLAMA_BUILD_EXAMPLES=OFF',
  '-DLLAMA_BUILD_APP=OFF',
  '-DLLAMA_USE_PREBUILT_UI=OFF',
  '-DLLAMA_OPENSSL=OFF',
  '-DGGML_NATIVE=OFF',
  '-DGGML_OPENMP=OFF',
  ...['AVX', 'AVX2', 'FMA', 'F16C', 'BMI2'].map((name) => `-DGGML_${name}=ON`),
];

try {
  console.log(await ensureLlamaServer());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function ensureLlamaServer() {
  if (existsSync(target)) return `The server of llama.cpp is there: ${target}`;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('The server of llama.cpp for the tests is built on Linux x64 only.');
  const work = join(folder, `build-${process.pid}`);
  await mkdir(work, { recursive: true });
  try {
    const source = await fetchSource(work);
    const build = join(work, 'build');
    console.log('Building the server of llama.cpp (about twenty minutes) …');
    const problem = 'The server of llama.cpp could not be built; see the messages above.';
    run('cmake', ['-G', 'Ninja', '-S', source, '-B', build, ...options], problem);
    run('nice', ['-n', '19', 'cmake', '--build', build, '--target', 'llama-server', '-j', '2'], problem);
    await copyFile(join(build, 'bin', 'llama-server'), `${target}.part`);
    await rename(`${target}.part`, target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return `The server of llama.cpp is ready: ${target}`;
}

/** Folder of llama.cpp's source, fetched and compared with its known hash. */
async function fetchSource(work) {
  const name = `llama_cpp_python-${version}`;
  const pip = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--no-binary',
    ':all:',
    '-d',
    work,
    `llama-cpp-python==${version}`,
  ];
  run('python3', pip, 'The source of llama.cpp could not be fetched; check the network, then run this again.');
  const archive = join(work, `${name}.tar.gz`);
  const found = createHash('sha256')
    .update(await readFile(archive))
    .digest('hex');
  if (found !== sha256) throw new Error(`${archive} is not the known file; its SHA-256 is ${found}.`);
  const inside = join(name, 'vendor', 'llama.cpp');
  run('tar', ['-xzf', archive, '-C', work, inside], `${archive} could not be unpacked; see the message above.`);
  return join(work, inside);
}

function run(command, args, problem) {
  const { error, status } = spawnSync(command, args, { stdio: 'inherit' });
  if (error) throw new Error(`${command} was not found; install it, then run this again.`);
  if (status !== 0) throw new Error(problem);
}
