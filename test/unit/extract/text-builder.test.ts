import { expect, it } from 'vitest';
import { TextBuilder } from '../../../server/src/extract/text-builder';

it('cuts a text at its limit, never inside a character, and says so', () => {
  const builder = new TextBuilder(10);
  builder.add('12345678', { kind: 'line', line: 1, column: 1 });
  builder.endLine();
  builder.add('👍👍', { kind: 'line', line: 2, column: 1 });
  builder.add('lost', { kind: 'line', line: 3, column: 1 });
  expect(builder.finish()).toEqual({
    text: '12345678\n',
    places: [{ start: 0, end: 8, place: { kind: 'line', line: 1, column: 1 } }],
  });
  expect(builder.isFull).toBe(true);
  expect(builder.problems()).toEqual(['Its text was cut after 10 characters; the rest is not searched.']);
});

it('leaves one empty line between blocks, however often they end', () => {
  const builder = new TextBuilder();
  builder.endBlock();
  builder.add('a');
  builder.endBlock();
  builder.endBlock();
  builder.add('b\n');
  builder.endLine();
  builder.add('c');
  builder.endBlock();
  builder.endLine();
  expect(builder.finish().text).toBe('a\n\nb\nc\n\n');
  expect(builder.problems()).toEqual([]);
});
