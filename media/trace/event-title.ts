/** The one line above each event, and how long the step took. */
import type { FoldEnd } from '../../protocol/folds';
import type { AnswerMode, ModelPurpose, TraceEvent } from '../../protocol/trace-events';
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
    case 'subQuestionsPlanned':
      return format(strings.eventSubQuestions, event.questions.length);
    case 'foldStarted':
      return format(strings.eventFoldStarted, figures.count(event.chunks), figures.count(event.steps));
    case 'foldChunksPlanned':
      return format(strings.eventChunksPlanned, event.hop, event.chunks.length);
    case 'foldEdited':
      return format(strings.eventFoldEdited, event.step);
    case 'foldFinished':
      return format(strings.eventFoldFinished, event.steps, endText(event.reason, strings));
    case 'evidenceAdded':
      return format(strings.eventAdded, event.evidence.length);
    case 'runContinued':
      return format(strings.eventContinued, event.step);
    case 'runSteered':
      return format(strings.eventSteered, strings[event.action]);
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

export function modeText(mode: AnswerMode, strings: WebviewStrings): string {
  const texts = {
    auto: strings.modeAuto,
    single: strings.modeSingle,
    fold: strings.modeFold,
    everything: strings.modeEverything,
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
    speed: strings.purposeSpeed,
    compute: strings.purposeCompute,
  };
  return texts[purpose];
}

function endText(reason: FoldEnd, strings: WebviewStrings): string {
  const texts = {
    allRead: strings.endAllRead,
    enough: strings.endEnough,
    hopLimit: strings.endHopLimit,
    repeated: strings.endRepeated,
    nothingFound: strings.endNothingFound,
    noProgress: strings.endNoProgress,
    answerNow: strings.answerNow,
  };
  return texts[reason];
}
