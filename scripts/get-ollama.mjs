// Builds an Ollama server for the soak tests (`npm run test:long`) and keeps it outside the repository, in
// ~/.cache/longfold/test/ollama. Needs Go, a C++ compiler and, on Debian, root for two header packages; takes about
// ten minutes on two cores the first time. Linux x64 with AVX2 only: the result is for tests, not for users.
// Usage: node scripts/get-ollama.mjs            Exit code 0: the server is there.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

const version = '0.17.4';
const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'longfold', 'test', 'ollama');
const target = join(folder, `ollama-${version}`);

// Go module archives leave folders named `vendor` out, where three C++ headers of Ollama lie. Two are Debian
// packages; the third decodes audio, which the tests do not need: this stand-in refuses every file.
const audioHeader = `#pragma once
#include <stddef.h>
typedef int ma_result;
typedef unsigned long long ma_uint64;
enum { ma_format_f32 = 5, MA_SUCCESS = 0 };
struct ma_decoder_config { int unused; };
struct ma_decoder { int unused; };
static inline ma_decoder_config ma_decoder_config_init(int, int, int) { return {0}; }
static inline ma_result ma_decoder_init_memory(const void *, size_t, const ma_decoder_config *, ma_decoder *) { return -1; }
static inline ma_result ma_decoder_get_length_in_pcm_frames(ma_decoder *, ma_uint64 *n) { *n = 0; return -1; }
static inline ma_result ma_decoder_read_pcm_frames(ma_decoder *, void *, ma_uint64, ma_uint64 *) { return -1; }
static inline void ma_decoder_uninit(ma_decoder *) {}
`;

try {
  console.log(await ensureOllama());
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function ensureOllama() {
  if (existsSync(target)) return `Ollama is there: ${target}`;
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('Ollama for the tests is built on Linux x64 only.');
  ensureHeaders();
  const includes = join(folder, 'include');
  const work = join(folder, `build-${process.pid}`);
  await mkdir(join(includes, 'miniaudio'), { recursive: true });
  await writeFile(join(includes, 'miniaudio', 'miniaudio.h'), audioHeader);
  console.log(`Building Ollama ${version} (about ten minutes) …`);
  // cgo sets no processor features of its own; without them the server is many times slower.
  const flags = '-O3 -mavx2 -mfma -mf16c -mbmi2';
  const env = { CGO_ENABLED: '1', CGO_CPPFLAGS: `-I${includes}`, CGO_CFLAGS: flags, CGO_CXXFLAGS: flags, GOBIN: work };
  const ldflags = `-s -w -X github.com/ollama/ollama/version.Version=${version}`;
  const install = ['install', '-trimpath', '-ldflags', ldflags, `github.com/ollama/ollama@v${version}`];
  try {
    run('nice', ['-n', '19', 'go', ...install], 'Ollama could not be built; see the messages above.', env);
    await rename(join(work, 'ollama'), target);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return `Ollama is ready: ${target}`;
}

function ensureHeaders() {
  const headers = ['/usr/include/nlohmann/json_fwd.hpp', '/usr/include/stb/stb_image.h'];
  if (headers.every((path) => existsSync(path))) return;
  const packages = ['nlohmann-json3-dev', 'libstb-dev'];
  if (process.getuid?.() !== 0) {
    throw new Error(`Install the packages ${packages.join(' and ')} (apt-get install), then run this again.`);
  }
  const problem = `The packages ${packages.join(' and ')} could not be installed; install them, then run this again.`;
  const apt = ['install', '-y', '--no-install-recommends', ...packages];
  if (spawnSync('apt-get', apt, { stdio: 'inherit' }).status === 0) return;
  run('apt-get', ['update'], problem);
  run('apt-get', apt, problem);
}

function run(command, args, problem, env = {}) {
  const { error, status } = spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw new Error(`${command} was not found; install it, then run this again.`);
  if (status !== 0) throw new Error(problem);
}
