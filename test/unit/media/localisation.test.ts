/** Every text that a user sees has a Chinese entry, and package.json says the same as protocol/settings.ts. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  answerModes,
  criticBackends,
  criticDevices,
  defaultSettings,
  granularities,
  settingBounds,
} from '../../../protocol/settings';
import { englishStrings } from '../../../protocol/webview-strings';

const root = join(import.meta.dirname, '..', '..', '..');
const readText = (path: string): string => readFileSync(join(root, path), 'utf8');
const readTable = (path: string): Record<string, string> => JSON.parse(readText(path));

interface Setting {
  readonly default: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}
interface Manifest {
  readonly contributes: { readonly configuration: { readonly properties: Readonly<Record<string, Setting>> } };
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
}
const manifest: Manifest = JSON.parse(readText('package.json'));
const properties = manifest.contributes.configuration.properties;

function extensionTexts(): readonly string[] {
  const files = readdirSync(join(root, 'extension/src'), { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...readText(join('extension/src', file)).matchAll(/l10n\.t\(\s*'((?:[^'\\]|\\.)*)'/g)])
    .map((match) => (match[1] ?? '').replaceAll("\\'", "'"));
}

describe('texts for the user', () => {
  test('the Chinese bundle has every text of the extension and the webviews, and nothing else', () => {
    const texts = new Set([...extensionTexts(), ...Object.values(englishStrings)]);
    expect(Object.keys(readTable('l10n/bundle.l10n.zh-cn.json')).sort()).toEqual([...texts].sort());
  });

  test('a translation keeps the placeholders of its text', () => {
    const holders = (text: string): string => [...new Set(text.match(/\{\d+\}/g) ?? [])].sort().join();
    const wrong = Object.entries(readTable('l10n/bundle.l10n.zh-cn.json')).filter(
      ([en, zh]) => holders(en) !== holders(zh),
    );
    expect(wrong).toEqual([]);
  });

  test('the manifest and both of its string tables name the same keys', () => {
    const used = [...readText('package.json').matchAll(/"%([^%"]+)%"/g)].map((match) => match[1] ?? '');
    const english = Object.keys(readTable('package.nls.json')).sort();
    expect(english).toEqual([...new Set(used)].sort());
    expect(Object.keys(readTable('package.nls.zh-cn.json')).sort()).toEqual(english);
  });
});

describe('settings of the manifest', () => {
  test('names and defaults are those of the code', () => {
    const expected = Object.entries(defaultSettings).flatMap(([section, group]) =>
      Object.entries(group).map(([name, value]) => [`longfold.${section}.${name}`, value]),
    );
    const found = Object.entries(properties).map(([key, setting]) => [key, setting.default]);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected));
  });

  test('ranges and choices are those of the code', () => {
    const bounds = Object.entries(properties)
      .filter(([, setting]) => setting.minimum !== undefined || setting.maximum !== undefined)
      .map(([key, setting]) => [key.replace('longfold.', ''), [setting.minimum, setting.maximum]]);
    expect(Object.fromEntries(bounds)).toEqual(settingBounds);
    expect(properties['longfold.answer.mode']?.enum).toEqual(answerModes);
    expect(properties['longfold.compress.granularity']?.enum).toEqual(granularities);
    expect(properties['longfold.critic.backend']?.enum).toEqual(criticBackends);
    expect(properties['longfold.critic.device']?.enum).toEqual(criticDevices);
  });

  test('what can point elsewhere is restricted in an untrusted workspace', () => {
    const keys =
      'model.ollamaUrl model.openaiUrl model.folder model.use model.allowRemoteHosts critic.backend critic.url critic.folder';
    const restricted = keys.split(' ').map((key) => `longfold.${key}`);
    expect(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations).toEqual(restricted);
  });
});
