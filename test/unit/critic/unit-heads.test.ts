/** What a unit stands under, in prose and code, over the ends of sections. */
import { describe, expect, it } from 'vitest';
import { findHeads, noHeads } from '../../../server/src/critic/unit-heads';
import { cutUnits } from '../../../server/src/critic/units';

function heads(text: string, above = noHeads): readonly string[] {
  const units = cutUnits(text, 'sentence');
  const found = findHeads(text, units, above).heads;
  return units.map((unit, place) => `${found[place] ?? '?'} | ${text.slice(unit.startOffset, unit.endOffset)}`);
}

describe('the head of a unit', () => {
  it('is the heading above it in prose, and a heading has none', () => {
    const text =
      'Before all.\n\n# Ada Lovelace\n\nShe was born in 1815. She wrote notes.\n\n## Notes\n\nThey are long.\n';
    expect(heads(text)).toEqual([
      ' | Before all.',
      ' | # Ada Lovelace',
      'Ada Lovelace | She was born in 1815.',
      'Ada Lovelace | She wrote notes.',
      ' | ## Notes',
      'Notes | They are long.',
    ]);
  });

  it('is the innermost definition that a line of code is indented under', () => {
    const text = [
      'class Queue:',
      '    limit = 4',
      '    def push(self, job):',
      '        if job.done:',
      '            return',
      '    size = 0',
      'x = 1',
    ].join('\n');
    expect(heads(text)).toEqual([
      ' | class Queue:',
      'class Queue: | limit = 4',
      'class Queue: | def push(self, job):',
      'def push(self, job): | if job.done:',
      'def push(self, job): | return',
      'class Queue: | size = 0',
      ' | x = 1',
    ]);
  });

  it('counts a tab up to its stop', () => {
    expect(heads('function a() {\n\treturn 1\n}').slice(1)).toEqual(['function a() { | return 1', ' | }']);
  });

  it('goes on where the text before left off', () => {
    const first = '# Title\n\ndef outer():\n    a = 1\n';
    const { open } = findHeads(first, cutUnits(first, 'sentence'), noHeads);
    expect(heads('    b = 2\nc = 3', open)).toEqual(['def outer(): | b = 2', 'Title | c = 3']);
  });

  it('is what the caller says where the text has none', () => {
    expect(heads('It waits.', { ...noHeads, heading: 'The Heron' })).toEqual(['The Heron | It waits.']);
  });
});
