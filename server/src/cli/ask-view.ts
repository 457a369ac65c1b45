/** How a question looks in the terminal while it runs (progress, first hits, answer as it is written) and at its end. */
import type { AskResult } from '../../../protocol/ask';
import { describePlace } from '../../../protocol/places';
import {
  isCarried,
  type Citation,
  type ClaimCheck,
  type ComputedFact,
  type EvidenceSpan,
} from '../../../protocol/evidence';
import type { TraceEvent } from '../../../protocol/trace-events';
import { describeReading, describeSeconds } from './describe-event';
import { bold, dim, printable, struck, type Terminal } from './terminal';

const shownEvidence = 8;
const shownOperands = 12;

/** Turns events into progress and early output. With `isJson` only progress is shown, on standard error. */
export function createAskView(terminal: Terminal, isJson: boolean): (event: TraceEvent) => void {
  let isRereadTold = false;
  return (event) => {
    switch (event.kind) {
      case 'questionAsked':
        if (event.standalone !== undefined) {
          terminal.note(dim(terminal, `Understood as: ${printable(event.standalone)}`));
        }
        break;
      case 'retrievalFinished': {
        // Searching once more in a hop gives the whole list again.
        const reread = event.hits.filter(isCarried).length;
        if (reread > 0 && !isRereadTold)
          terminal.note(dim(terminal, `Places of the last answer read again: ${reread}`));
        isRereadTold ||= reread > 0;
        terminal.progress(`${event.hits.length} passages found; reading …`);
        const first = event.hits[0];
        if (!isJson && event.hop === 1 && first) {
          const paths = [...new Set(event.hits.map((hit) => hit.path))].slice(0, 5).join(', ');
          terminal.note(dim(terminal, `Found in ${printable(paths)}`));
        }
        break;
      }
      case 'evidenceRanked': {
        const best = event.evidence[0];
        const place = best ? ` best so far ${printable(describeSource(best))}` : '';
        terminal.progress(`Read ${event.passagesRead} of ${event.passagesTotal} passages;${place}`);
        break;
      }
      case 'evidenceSelected':
        if (!isJson) printEvidence(terminal, event.evidence);
        break;
      case 'modeChosen':
        if (event.mode !== 'evidence') terminal.progress(`The model reads the evidence (${event.reason}) …`);
        break;
      case 'subQuestionsPlanned':
        for (const question of event.questions) terminal.note(dim(terminal, printable(`Part: ${question}`)));
        break;
      case 'foldStarted':
        terminal.note(printable(`To read: ${describeReading(event)}`));
        break;
      case 'foldStepFinished': {
        const { chunksRead, chunksTotal, after, secondsLeft } = event;
        const left = secondsLeft === null ? '' : `; about ${describeSeconds(secondsLeft)} left`;
        terminal.progress(
          `Step ${event.step} of ${event.stepsPlanned}: ${chunksRead} of ${chunksTotal} chunks read, ${after.lines.length} facts in memory${left} …`,
        );
        break;
      }
      case 'answerDelta':
        terminal.progress('Writing the answer …');
        break;
      case 'stepFailed':
        terminal.note(printable(event.message));
        break;
      default:
        break;
    }
  };
}

/** `path:line`, or where it stands in a document: `report.pdf (page 12)`. */
export function describeSource({ path, startLine, place }: Pick<Citation, 'path' | 'startLine' | 'place'>): string {
  return place ? `${path ?? ''} (${describePlace(place)})` : `${path ?? ''}:${startLine ?? ''}`;
}

function printEvidence(terminal: Terminal, evidence: readonly EvidenceSpan[]): void {
  if (evidence.length === 0) return;
  const best = [...evidence].sort((a, b) => b.score - a.score);
  terminal.out(bold(terminal, 'Evidence, best first'));
  for (const span of best.slice(0, shownEvidence)) {
    terminal.out(`  ${bold(terminal, printable(describeSource(span)))}  ${printable(oneLine(span.text, 200))}`);
  }
  if (best.length > shownEvidence)
    terminal.out(dim(terminal, `  … and ${best.length - shownEvidence} more (--json shows all)`));
}

export function printResult(terminal: Terminal, result: AskResult): void {
  if (result.answer !== '') terminal.out(`\n${bold(terminal, 'Answer')}\n${markClaims(terminal, result)}`);
  if (result.message !== null) terminal.out(`\n${printable(result.message)}`);
  const failed = result.citations.filter((citation) => !citation.verified);
  const verified = result.citations.filter((citation) => citation.verified);
  if (result.answer !== '') {
    terminal.out(`\n${bold(terminal, 'Citations')}: ${verified.length} verified, ${failed.length} failed`);
    for (const citation of verified) {
      terminal.out(`  ✓ ${printable(describeSource(citation))}  "${printable(oneLine(citation.quote, 160))}"`);
    }
    for (const citation of failed) {
      terminal.out(`  ✗ "${printable(oneLine(citation.quote, 160))}"  ${printable(citation.problem ?? '')}`);
    }
  }
  printClaims(terminal, result.claims);
  if (result.computed) printComputed(terminal, result.computed);
  const { workspace, read, kept } = result.tokens;
  const share =
    workspace > 0 ? `${((100 * kept) / workspace).toFixed(2)}% of ${workspace} tokens kept` : `${kept} tokens kept`;
  terminal.out(
    dim(terminal, `\n${share} (${read} read) · ${result.model ?? 'no model'} · ${result.mode} · ${result.seconds} s`),
  );
  if (result.trace !== null) terminal.out(dim(terminal, `Trace: ${result.trace}`));
}

/** The answer with what failed its check struck out, and what names no source marked. */
function markClaims(terminal: Terminal, { answer, claims }: Pick<AskResult, 'answer' | 'claims'>): string {
  let text = '';
  let at = 0;
  for (const { start, end, status } of claims) {
    const sentence = printable(answer.slice(start, end));
    text += printable(answer.slice(at, start)) + (status === 'struck' ? struck(terminal, sentence) : sentence);
    if (status === 'notFromFiles') text += dim(terminal, ' [not from your files]');
    at = end;
  }
  return text + printable(answer.slice(at));
}

/** What was worked out, and where each number of it stands. */
function printComputed(terminal: Terminal, { calculation, result, operands, operandCount }: ComputedFact): void {
  const separator = result.includes('\n') ? '\n' : ' ';
  terminal.out(`\n${bold(terminal, 'Computed exactly')}: ${printable(`${calculation} =${separator}${result}`)}`);
  const shown = operands.slice(0, shownOperands);
  for (const operand of shown) {
    const named = `${operand.name} = "${oneLine(operand.text, 60)}"`;
    terminal.out(`  ${printable(describeSource(operand))}  ${printable(named)}`);
  }
  const more = operandCount - shown.length;
  if (more > 0) terminal.out(dim(terminal, `  … and ${more} more`));
}

/** Why sentences were struck out or need another source. */
function printClaims(terminal: Terminal, claims: readonly ClaimCheck[]): void {
  const failed = claims.filter(({ status }) => status === 'struck' || status === 'misplaced');
  if (failed.length === 0) return;
  terminal.out(`\n${bold(terminal, 'Marked in the answer')}`);
  for (const { text, status, problem } of failed) {
    const sentence = printable(oneLine(text, 160));
    terminal.out(`  ${status === 'struck' ? struck(terminal, sentence) : sentence}  ${printable(problem ?? '')}`);
  }
}

function oneLine(text: string, limit: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit - 1)}…` : line;
}
