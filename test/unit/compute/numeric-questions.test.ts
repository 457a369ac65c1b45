/** Sixty questions over real files, through the real worker: each answer exact, each operand at its own cell. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createCalculator } from '../../../server/src/compute/calculator';
import { runCalculation } from '../../../server/src/compute/compute-numbers';
import {
  numericDocument,
  numericQuestions,
  shownCell,
  wholeSpan,
  writtenCalculation,
} from '../../support/numeric-questions';

const calculator = createCalculator({
  workerFile: join(import.meta.dirname, '../../../dist/workers/compute.worker.js'),
});
afterAll(() => calculator.dispose());

describe('questions about numbers', () => {
  test('there are sixty', () => expect(numericQuestions).toHaveLength(60));

  test.each(numericQuestions)('$question', async (asked) => {
    const document = await numericDocument(asked.file);
    const { signal } = new AbortController();
    const written = writtenCalculation(asked);
    const fact = await runCalculation(written, [wholeSpan(document)], [document], calculator, signal);
    expect(fact.result).toBe(asked.answer);
    expect(fact.operands.map(shownCell).sort()).toEqual([...asked.cells].sort());
    expect(fact.operandCount).toBe(asked.cells.length);
    for (const { text, start, end } of fact.operands) expect(document.text.slice(start, end)).toBe(text);
  });
});
