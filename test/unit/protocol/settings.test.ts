/** Settings come from files that anyone may write: each wrong value is one sentence, and the default or a bound is used. */
import { expect, test } from 'vitest';
import { criticDevices, defaultSettings, parseSettings } from '../../../protocol/settings';

test.each(criticDevices)('the critic may run on %s', (device) => {
  const { settings, problems } = parseSettings({ critic: { device } });
  expect([settings.critic.device, problems]).toEqual([device, []]);
});

const devices = 'auto, cpu, webgpu, cuda, dml, coreml';

test.each([
  ['critic.device', 'gpu', `must be one of ${devices}; cpu is used instead.`],
  ['critic.device', 'CUDA', `must be one of ${devices}; cpu is used instead.`],
  ['critic.device', ['cuda'], `must be one of ${devices}; cpu is used instead.`],
  ['critic.device', { toString: () => 'cuda' }, `must be one of ${devices}; cpu is used instead.`],
  ['critic.device', '__proto__', `must be one of ${devices}; cpu is used instead.`],
  ['critic.backend', 7, 'must be one of bundled, cprs, remote; bundled is used instead.'],
  ['answer.mode', 'quick', 'must be one of auto, single, fold, everything, evidence; auto is used instead.'],
  [
    'compress.granularity',
    'word',
    'must be one of keyword, sentence, paragraph, line, block, symbol; sentence is used instead.',
  ],
  ['critic.threads', '2', 'has no usable value; 0 is used instead.'],
  ['critic.url', 'file:///etc/passwd', 'has no usable value; "http://127.0.0.1:8091" is used instead.'],
])('%s: %j is told in one sentence', (key, value, problem) => {
  const [section = '', name = ''] = key.split('.');
  const { settings, problems } = parseSettings({ [section]: { [name]: value } });
  expect(problems).toEqual([`The setting longfold.${key} ${problem}`]);
  expect(settings).toEqual(defaultSettings);
});

test('nothing, and what is no object, gives the defaults without a problem', () => {
  for (const value of [undefined, null, 'cuda', [], { critic: null }, { critic: { device: null } }]) {
    expect(parseSettings(value)).toEqual({ settings: defaultSettings, problems: [] });
  }
});
