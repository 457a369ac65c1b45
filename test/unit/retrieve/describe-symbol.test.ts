/** What is known of a name where it is written, over a real index: the right one of two definitions, and who uses it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeSymbol, type NamedPlace, type SymbolDescription } from '../../../server/src/retrieve/describe-symbol';
import { UnsavedNames } from '../../../server/src/retrieve/unsaved-names';
import { CancelledError } from '../../../server/src/util/cancelled';
import { noAbort, openWorkspace, type Workspace } from '../workspace/workspace-fixture';

const pumpText = `from plant.units import convert
from plant import legacy


def fill(tank, litres):
    return tank.add(convert(litres))


def drain(tank):
    return convert(tank.level)
`;
const unitsText = `"""Units of the plant."""
FACTOR = 0.264


@cached
def convert(
    litres,
    factor=FACTOR,
):
    """Turns litres into gallons.

    Never rounds.
    """
    return litres * factor
`;
const files = {
  'plant/pump.py': pumpText,
  'plant/units.py': unitsText,
  'plant/legacy.py': 'def convert(text):\n    return text.upper()\n\n\ndef shout(text):\n    return convert(text)\n',
  'far/away/meter.py': 'from plant.units import convert\n\n\ndef read(value):\n    return convert(value)\n',
  'tests/test_units.py': 'from plant.units import convert\n\n\ndef test_convert():\n    assert convert(0) == 0\n',
  'docs/manual.md': '# Manual\n\n## Volumes\n\nThe plant calls `convert` before it fills a tank.\n',
};

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace(files);
  await workspace.index();
});
afterAll(() => workspace[Symbol.asyncDispose]());

const at = (path: keyof typeof files, before: string) => ({
  name: 'convert',
  path,
  offset: files[path].indexOf(before) + before.length,
});
const show = ({ path, line, container }: NamedPlace): string => `${path}:${line + 1} ${container}`.trim();

async function describeAt(path: keyof typeof files, before: string): Promise<SymbolDescription> {
  const found = await describeSymbol(workspace.store, at(path, before), noAbort);
  if (!found) throw new Error('Nothing is known.');
  return found;
}

describe('a name where it is written', () => {
  it('means the imported definition first, then its namesake', async () => {
    const { definitions, definitionCount, kind, header } = await describeAt('plant/pump.py', 'tank.add(');
    expect(definitions.map(show)).toEqual(['plant/units.py:6', 'plant/legacy.py:1']);
    expect(definitionCount).toEqual({ total: 2, isPartial: false });
    expect(kind).toBe('function');
    expect(header.code).toContain('def convert(\n    litres,\n    factor=FACTOR,\n):');
    expect(header.comment).toBe('Turns litres into gallons.');
  });

  it('means the one of its own file where nothing is imported, and the one that is written there itself', async () => {
    const [used, own] = [await describeAt('plant/legacy.py', 'return '), await describeAt('plant/legacy.py', 'def ')];
    for (const { definitions } of [used, own]) expect(definitions.map(show)[0]).toBe('plant/legacy.py:1');
    expect(own.related.caller.nearest.map(show)).toEqual(['plant/legacy.py:6 shout']);
  });

  it('has the callers, tests and sections that mean this definition, the nearest first', async () => {
    const { uses, related } = await describeAt('plant/pump.py', 'tank.add(');
    const nearest = related.caller.nearest.map(show);
    expect(nearest).toEqual(['plant/pump.py:6 fill', 'plant/pump.py:10 drain', 'far/away/meter.py:5 read']);
    expect(related.caller.total).toBe(3);
    expect(related.test.nearest.map(show)).toEqual(['tests/test_units.py:5 test_convert']);
    expect(related.doc.nearest.map(show)).toEqual(['docs/manual.md:5 Manual > Volumes']);
    expect(uses.isPartial).toBe(false);
    expect(uses.total).toBeGreaterThanOrEqual(6);
  });

  it('is nothing where no definition is known, and is not looked up when it is no longer wanted', async () => {
    const unknown = { name: 'gallons', path: 'plant/units.py', offset: 0 };
    expect(await describeSymbol(workspace.store, unknown, noAbort)).toBeNull();
    const cancelled = describeSymbol(workspace.store, at('plant/pump.py', 'tank.add('), AbortSignal.abort());
    await expect(cancelled).rejects.toThrow(CancelledError);
  });
});

describe('names of texts that are not saved', () => {
  it('are answered instead of the stored ones, and the stored ones again afterwards', async () => {
    const unsaved = new UnsavedNames((text, signal) => workspace.extractor.readNames(text, signal));
    const store = unsaved.over(workspace.store);
    const moved = `\n\n\n${unitsText.replace('Turns litres into gallons.', 'Turns litres into pints.')}`;
    const find = async (): Promise<readonly string[]> => {
      const found = await describeSymbol(store, at('plant/pump.py', 'tank.add('), noAbort);
      return found ? [found.header.comment, ...found.definitions.map(show)] : [];
    };
    unsaved.set('plant/units.py', moved);
    await expect.poll(find).toEqual(['Turns litres into pints.', 'plant/units.py:9', 'plant/legacy.py:1']);

    unsaved.set('plant/units.py', moved.replace('def convert', 'def turn'));
    await expect.poll(find).toEqual(['', 'plant/legacy.py:1']);

    unsaved.set('plant/units.py', null);
    expect(await find()).toEqual(['Turns litres into gallons.', 'plant/units.py:6', 'plant/legacy.py:1']);
  });
});
