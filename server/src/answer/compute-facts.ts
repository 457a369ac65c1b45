/** Numbers that a question asks for, worked out before the answer is written: facts of its prompt, with their sources. */
import { computeNumbers, type ComputeParts } from '../compute/compute-numbers';
import { factText } from '../compute/fact-text';
import { isNumericQuestion } from '../compute/is-numeric-question';
import { joinPassages } from '../compute/join-passages';
import type { ChatModel } from '../llm/chat-model';
import type { DocumentSource } from './ports';
import type { WriteOptions } from './write-options';

export interface ComputedFacts {
  /** For the prompt; empty: nothing was computed. */
  readonly text: string;
  /** One sentence for the user where a calculation could not be used. */
  readonly problem: string | null;
}

export const noFacts: ComputedFacts = { text: '', problem: null };

export async function computeFacts(options: WriteOptions, model: ChatModel): Promise<ComputedFacts> {
  const { understood, ports, gatherer, sink, signal } = options;
  const { coreQuestion: question, language } = understood;
  if (ports.calculator === undefined || !isNumericQuestion(question)) return noFacts;
  const parts: ComputeParts = { calculator: ports.calculator, readDocument: readFrom(ports.documents) };
  const { evidence } = gatherer;
  const { fact, problem } = await computeNumbers({ ...parts, question, language, evidence, model, sink, signal });
  return { text: fact === null ? '' : factText(fact, language), problem };
}

function readFrom(documents: DocumentSource): ComputeParts['readDocument'] {
  return async (path) => joinPassages(await documents.passages(path));
}
