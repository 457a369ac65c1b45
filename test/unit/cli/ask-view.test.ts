/** What `longfold ask` prints at its end. */
import { expect, test } from 'vitest';
import { printResult } from '../../../server/src/cli/ask-view';
import type { Terminal } from '../../../server/src/cli/terminal';
import { sampleResult } from '../media/sample-trace';

function recordTerminal(): { readonly terminal: Terminal; readonly lines: string[] } {
  const lines: string[] = [];
  const ignore = (): void => undefined;
  return {
    lines,
    terminal: { styled: false, out: (text) => void lines.push(text), note: ignore, progress: ignore, clearProgress: ignore },
  }; // prettier-ignore
}

test('what was computed stands apart from the citations, with the place of each number', () => {
  const { terminal, lines } = recordTerminal();
  const line = { start: 30, end: 32, startLine: 3, endLine: 3 };
  const place = { kind: 'cell', sheet: 'Fleet', range: 'B4' } as const;
  const operands = [
    { ...line, path: 'boats.csv', name: 'a', text: '60', spanId: 'S1' },
    { ...line, path: 'fleet.xlsx', name: 'b', text: '73\u001b[2J', spanId: null, place },
  ];
  const fact = { form: 'expression', calculation: 'a + b', result: '133', operands, operandCount: 5 } as const;
  printResult(terminal, { ...sampleResult(), computed: fact });
  const text = lines.join('\n');
  expect(text).toContain('Citations: 1 verified, 1 failed\n');
  expect(text).toContain(
    '\nComputed exactly: a + b = 133\n  boats.csv:3  a = "60"\n  fleet.xlsx (sheet Fleet, B4)  b = "73\ufffd[2J"\n  … and 3 more\n',
  );
});
