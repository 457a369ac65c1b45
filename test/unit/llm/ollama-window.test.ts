/** The window that fits into the memory, out of what the server says of the model. */
import { describe, expect, it } from 'vitest';
import { chooseWindow, kvBytesPerToken } from '../../../server/src/llm/ollama-window';

const info = {
  'general.architecture': 'llama',
  'llama.block_count': 32,
  'llama.attention.head_count': 32,
  'llama.attention.head_count_kv': 8,
  'llama.embedding_length': 4_096,
};
const gigabyte = 1e9;

describe('the window that Ollama is asked for', () => {
  it('costs two bytes for each key and value of each layer', () => {
    expect(kvBytesPerToken(info)).toBe(32 * 8 * (128 + 128) * 2);
    const wide = { ...info, 'llama.attention.key_length': 64, 'llama.attention.value_length': 32 };
    expect(kvBytesPerToken(wide)).toBe(32 * 8 * (64 + 32) * 2);
    expect(kvBytesPerToken({ ...info, 'llama.attention.head_count_kv': [0, 8, 4] })).toBe(131_072);
    expect(kvBytesPerToken({ 'general.architecture': 'mamba', 'mamba.block_count': 12 })).toBeNull();
  });

  it.each([
    ['is the trained length up to 16,384 where there is room', 32_768, 5 * gigabyte, 64 * gigabyte, 16_384],
    ['is never more than the trained length', 8_192, 5 * gigabyte, 64 * gigabyte, 8_192],
    ['is halved until it fits beside the weights', 32_768, 5 * gigabyte, 8 * gigabyte, 8_192],
    ['does not count weights that are loaded already', 32_768, 0, 3 * gigabyte, 16_384],
    ['is not smaller than a question with evidence', 32_768, 5 * gigabyte, 1 * gigabyte, 2_048],
  ])('%s', (_, trainedTokens, weightBytes, freeBytes, expected) => {
    expect(chooseWindow({ trainedTokens, bytesPerToken: 131_072, weightBytes, freeBytes })).toBe(expected);
  });

  it('is left as it is on another machine, whose memory nobody here can measure', () => {
    const facts = { trainedTokens: 0, bytesPerToken: 131_072, weightBytes: 5e9, freeBytes: null };
    expect(chooseWindow(facts)).toBe(16_384);
  });
});
