/** The header and comment of a definition, as languages write them. */
import { expect, it } from 'vitest';
import { readHeader } from '../../../server/src/retrieve/symbol-header';

it.each([
  [
    'a comment block, over a decorator',
    '/**\n * Opens the *gate*.\n * Twice.\n *\n * Then waits.\n */\n@Public()\nexport function open(gate: Gate): void {\n  gate.up();\n}\n',
    'export',
    { code: 'export function open(gate: Gate): void', comment: 'Opens the *gate*. Twice.' },
  ],
  [
    'line comments and an inner indent',
    'class Gate {\n    int a;\n    // Opens it.\n    // Slowly.\n    bool open(int a,\n              int b) {\n        return a;\n',
    'bool',
    { code: 'bool open(int a,\n          int b)', comment: 'Opens it. Slowly.' },
  ],
  [
    'no comment of the line before',
    'const a = 1; // one\nconst b = 2;\n',
    'const b',
    { code: 'const b = 2;', comment: '' },
  ],
  ['not a directive of C', '#include <a.h>\nint open(void) {\n', 'int', { code: 'int open(void)', comment: '' }],
  [
    'a docstring',
    'def open(gate):\n    """Opens the gate.\n\n    Returns nothing."""\n',
    'def',
    { code: 'def open(gate):', comment: 'Opens the gate.' },
  ],
  [
    'tags as the end',
    '/// Opens.\n/// @param gate which\nfn open(gate: Gate) {\n',
    'fn',
    { code: 'fn open(gate: Gate)', comment: 'Opens.' },
  ],
])('are cut out with %s', (_name, text, start, expected) => {
  expect(readHeader(text, text.indexOf(start))).toEqual(expected);
});

it('are bounded for a text of any length', () => {
  const text = `${'// word '.repeat(20_000)}\nf(${'('.repeat(50_000)}\n`;
  const { code, comment } = readHeader(text, text.lastIndexOf('\nf(') + 1);
  expect(code.length).toBeLessThanOrEqual(400);
  expect(comment.length).toBeLessThanOrEqual(302);
});
