/** The one line above each event, and how long the step took. */
import type { ModelPurpose, TraceEvent } from '../../protocol/trace-events';
import type { WebviewStrings } from '../../protocol/webview-strings';
import { format } from '../shared/dom';
import type { TraceContext } from './trace-context';

export function eventTitle(event: TraceEvent, { strings, figures }: TraceContext): string {
  switch (event.kind) {
    case 'questionAsked':
      return strings.eventAsked;
    case 'retrievalFinished':
      return format(strings.eventRetrieval, event.hop, event.hits.length);
    case 'evidenceRanked':
      return format(strings.eventRanked, event.hop, event.passagesRead, event.passagesTotal);
    case 'compressionFinished':
      return format(
        strings.eventCompression,
        event.hop,
        figures.count(event.tokensKept),
        figures.count(event.tokensRead),
      );
    case 'evidenceSelected':
      return format(strings.eventSelected, event.evidence.length);
    case 'modeChosen':
      return format(strings.eventMode, modeText(event.mode, strings));
    case 'modelReplied': {
      const purpose = purposeText(event.purpose, strings);
      return format(event.attempt > 1 ? strings.eventModelAgain : strings.eventModel, purpose, event.attempt);
    }
    case 'foldStepFinished': {
      const template = event.outcome === 'skipped' ? strings.eventFoldSkipped : strings.eventFold;
      return format(template, event.step, event.stepsPlanned);
    }
    case 'numberComputed':
      return format(event.result === null ? strings.eventNotComputed : strings.eventComputed, event.operandCount);
    case 'answerDelta':
    case 'answerWritten':
      return strings.eventAnswer;
    case 'verificationFinished': {
      const verified = event.citations.filter((citation) => citation.verified).length;
      return format(strings.eventVerification, verified, event.citations.length - verified);
    }
    case 'stepFailed':
      return format(strings.eventFailed, event.stage);
    case 'questionFinished':
      return format(strings.eventFinished, outcomeText(event.outcome, strings));
  }
}

/** Milliseconds; null for events that mark a moment. */
export function eventDurationMs(event: TraceEvent): number | null {
  return 'durationMs' in event ? event.durationMs : null;
}

export function eventTokens(event: TraceEvent, { strings, figures }: TraceContext): string {
  if (!('promptTokens' in event)) return '';
  const prompt = format(strings.promptTokens, figures.count(event.promptTokens));
  return `${prompt}, ${format(strings.completionTokens, figures.count(event.completionTokens))}`;
}

export function outcomeText(
  outcome: 'answered' | 'evidence' | 'cancelled' | 'failed',
  strings: WebviewStrings,
): string {
  const texts = {
    answered: strings.stateAnswered,
    evidence: strings.stateEvidence,
    cancelled: strings.stateCancelled,
    failed: strings.stateFailed,
  };
  return texts[outcome];
}

export function modeText(mode: 'auto' | 'single' | 'fold' | 'evidence', strings: WebviewStrings): string {
  const texts = {
    auto: strings.modeAuto,
    single: strings.modeSingle,
    fold: strings.modeFold,
    evidence: strings.modeEvidence,
  };
  return texts[mode];
}

function purposeText(purpose: ModelPurpose, strings: WebviewStrings): string {
  const texts = {
    single: strings.purposeSingle,
    fold: strings.purposeFold,
    final: strings.purposeFinal,
    support: strings.purposeSupport,
    compute: strings.purposeCompute,
  };
  return texts[purpose];
}
