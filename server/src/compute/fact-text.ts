/** A computed fact as the final prompt has it, and the citations of its operands. */
import { describePlace } from '../../../protocol/places';
import type { Citation, ComputedFact, ComputedOperand } from '../../../protocol/evidence';
import type { ComputeLanguage } from './compute-prompt';

/** Operands that the prompt names one by one. */
const maxNamed = 12;

export function factText(fact: ComputedFact, language: ComputeLanguage): string {
  const named = fact.operands
    .slice(0, maxNamed)
    .map((operand) => `${operand.name} = "${operand.text}" (${sourceOf(operand)})`);
  const rest = fact.operandCount - named.length;
  const separator = fact.result.includes('\n') ? '\n' : ' ';
  if (language === 'zh') {
    const more = rest > 0 ? `，另有 ${rest} 个单元格` : '';
    return `已精确计算，请直接使用，不要重新计算：${fact.calculation} =${separator}${fact.result}\n依据：${named.join('；')}${more}`;
  }
  const more = rest > 0 ? `; and ${rest} more cells` : '';
  return `Computed exactly; use it and do not calculate again: ${fact.calculation} =${separator}${fact.result}\nFrom: ${named.join('; ')}${more}`;
}

/** Each stands for its exact slice of the source, which was checked before it was calculated with. */
export function operandCitations(fact: ComputedFact): readonly Citation[] {
  return fact.operands.map(({ name: _, text, ...range }) => ({ ...range, quote: text, verified: true, problem: null }));
}

function sourceOf({ spanId, path, startLine, place }: ComputedOperand): string {
  if (spanId !== null) return spanId;
  return place === undefined ? `${path}:${startLine}` : `${path}, ${describePlace(place)}`;
}
