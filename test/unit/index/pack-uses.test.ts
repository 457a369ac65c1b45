import { describe, expect, it } from 'vitest';
import type { ReferenceKind, SymbolReference } from '../../../server/src/chunk/chunk';
import { createSeededRandom } from '../../../server/src/eval/seeded-random';
import { packUses, PackedUses, type NamedUse } from '../../../server/src/index/pack-uses';

const kinds: readonly ReferenceKind[] = ['other', 'call', 'type', 'import'];
/** Names of all sorts: inside one another, no single words (CSS, Ruby, several words), outside ASCII and the BMP. */
const names = ['a', 'ab', 'abc', '--main-color', 'empty?', '@field', 'two words', '名字', 'café', '𝒳1', '$x', '_'];
const fillers = [' ', '\n', '(', ' // ', '😀', ' 12ab ', '.', '-'];

/** A text of some thousand words in which a third of the names are uses. */
function makeFile(seed: number): { readonly text: string; readonly uses: readonly NamedUse[] } {
  const random = createSeededRandom(seed, 'file');
  const pick = <T>(items: readonly [T, ...T[]] | readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const uses: NamedUse[] = [];
  let text = '';
  for (let word = 0; word < 3_000; word += 1) {
    const name = pick(names);
    if (random() < 0.33) uses.push({ name, offset: text.length, kind: pick(kinds) });
    text += name + pick(fillers);
  }
  return { text, uses };
}

const toReference = (use: NamedUse): SymbolReference => ({ ...use, line: 0, container: '' });

describe('packed uses', () => {
  it('give back every use of random files, by name and by range', () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const { text, uses } = makeFile(seed);
      const packed = new PackedUses(packUses(text, uses.map(toReference)), text);
      expect(packed.within(0, text.length)).toEqual(uses);
      for (const name of names) expect(packed.of(name), name).toEqual(uses.filter((use) => use.name === name));
      expect(packed.of('absent')).toEqual([]);
      const random = createSeededRandom(seed, 'ranges');
      for (let round = 0; round < 30; round += 1) {
        const [start, end] = [random(), random()].map((share) => Math.floor(share * text.length)).sort((l, r) => l - r);
        const inside = uses.filter(({ offset }) => offset >= (start ?? 0) && offset < (end ?? 0));
        expect(packed.within(start ?? 0, end ?? 0)).toEqual(inside);
      }
    }
  });

  it('take a fraction of a byte a word of the text', () => {
    const { text, uses } = makeFile(7);
    expect(packUses(text, uses.filter(({ name }) => /^\w+$/.test(name)).map(toReference)).length).toBeLessThan(3_000);
  });

  it('of an empty file, and of a text without words, are none', () => {
    expect(new PackedUses(packUses('', []), '').within(0, 10)).toEqual([]);
    expect(new PackedUses(packUses('( )', []), '( )').of('x')).toEqual([]);
  });
});
