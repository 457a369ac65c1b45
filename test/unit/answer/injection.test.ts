/** What a file says has no power: not over the prompt around it, the plan, the citations, the links or the terminal. */
import { describe, expect, it } from 'vitest';
import type { EvidenceSpan } from '../../../protocol/evidence';
import { singlePassMessages } from '../../../server/src/answer/single-pass';
import { understandQuestion } from '../../../server/src/answer/understand-question';
import { printable } from '../../../server/src/cli/terminal';
import { foldBudgets } from '../../../server/src/fold/fold-budgets';
import { finalMessages, stepMessages } from '../../../server/src/fold/fold-prompts';
import { startFold } from '../../../server/src/fold/fold-state';
import type { ChatMessage, ChatRequest } from '../../../server/src/llm/chat-model';
import type { Passage } from '../../../server/src/retrieve/retriever';
import { fenceMark } from '../../../server/src/util/source-fence';
import { faultyModel, opened } from './faulty-model';
import { attacks, type Attack } from './injection-attacks';
import { ask } from './question-bench';

const question = 'What does the ferry cost?';
const questions = { en: understandQuestion(question), zh: understandQuestion('轮渡的票价是多少？') };
const spaces = /[^\S\n]/gu;

function evidenceOf({ text }: Attack): readonly EvidenceSpan[] {
  const span = (id: string, path: string, own: string): EvidenceSpan => ({ id, path, text: own, start: 0, end: own.length, startLine: 1, endLine: 1, score: 1 }); // prettier-ignore
  return [span('S1', 'attack.md', text), span('S2', 'ferry.md', 'A crossing costs 3 marks.')];
}

/** Every prompt that source text gets into, in both languages and forms of reply. */
function prompts(attack: Attack): readonly (readonly ChatMessage[])[] {
  const evidence = evidenceOf(attack);
  const spans = evidence.map(({ id, path, text }) => ({ id, place: `${path}:1`, text, start: 0, tokens: 10 }));
  return (['en', 'zh'] as const).flatMap((language) =>
    (['json', 'tags'] as const).flatMap((format) => {
      const state = startFold(questions[language], foldBudgets(8192, format, 3));
      const chunk = { spans, tokens: 20 };
      return [
        singlePassMessages(questions[language], evidence, format),
        stepMessages({ state, chunk, format, language, retryProblem: null }),
        finalMessages({ state, sources: spans, facts: '', format, language }),
      ];
    }),
  );
}

it('has at least forty files that attack', () => {
  expect(new Set(attacks.map(({ text }) => text)).size).toBeGreaterThanOrEqual(40);
});

describe.each(attacks)('$name', (attack) => {
  it('stays inside its fence in every prompt', () => {
    for (const messages of prompts(attack)) {
      const prompt = messages.map(({ content }) => content).join('\n\n');
      const mark = /^\[end\] (#\d{8})$/mu.exec(prompt.split('\n').findLast((line) => /^\[end\] #\d{8}$/.test(line)) ?? '')?.[1] ?? '?'; // prettier-ignore
      const borders = prompt.split('\n').filter((line) => line.endsWith(mark) && line.startsWith('['));
      expect(borders).toEqual([`[S1] attack.md:1 ${mark}`, `[S2] ferry.md:1 ${mark}`, `[end] ${mark}`]);
      const inside = prompt.slice(prompt.indexOf(borders[0] ?? '?'), prompt.indexOf(borders[1] ?? '?'));
      const text = inside.slice(inside.indexOf('\n') + 1);
      expect(text.replaceAll('\u2060', '').trimEnd()).toBe(attack.text.replaceAll('\u2060', '').trimEnd());
      expect(text.replaceAll(spaces, '')).not.toMatch(/<\/?(?:text|section|memory|plan|problem|think|s)>|<[|｜]|\[\/?INST\]|<(?:start|end)_of_turn>/iu); // prettier-ignore
      // Nothing but the rule speaks of the mark outside.
      expect(prompt.split(mark).length - 1).toBe(4);
    }
  });

  it('decides nothing when the reader does not obey it', async () => {
    const queries: string[] = [];
    const passage: Passage = { path: 'attack.md', text: attack.text, startOffset: 0, endOffset: attack.text.length, startLine: 0, endLine: 1, heading: '', score: 1, sources: ['text'] }; // prettier-ignore
    const retriever = {
      retrieve: (query: string) => {
        queries.push(query);
        return Promise.resolve([passage]);
      },
    };
    const reply = (request: ChatRequest): string =>
      request.jsonSchema ? '{"memory":[{"fact":"f","spans":["S1"]}],"plan":"","search":""}' : 'It is not said.';
    for (const mode of ['single', 'fold'] as const) {
      const { answer } = await ask({ question, mode, tokenBudget: 5000 }, { retriever, ...opened(faultyModel(reply, 'test:faulty', 16_384)) }); // prettier-ignore
      expect(answer.answer).toBe('It is not said.');
      expect(answer.citations.filter(({ verified }) => verified)).toEqual([]);
    }
    expect(new Set(queries)).toEqual(new Set([question]));
  });

  it('gets nothing marked as checked when the reader obeys it', async () => {
    const passage: Passage = { path: 'ferry.md', text: 'A crossing costs 3 marks.', startOffset: 0, endOffset: 25, startLine: 0, endLine: 1, heading: '', score: 1, sources: ['text'] }; // prettier-ignore
    const retriever = { retrieve: () => Promise.resolve([passage]) };
    const { answer } = await ask({ question, mode: 'single' }, { retriever, ...opened(faultyModel((request) => (request.jsonSchema ? '{"support":[0]}' : attack.obeyed))) }); // prettier-ignore
    expect(answer.citations.filter(({ verified }) => verified)).toEqual([]);
    expect(answer.claims.filter(({ status }) => status === 'supported')).toEqual([]);
  });

  it('reaches the terminal without control characters', () => {
    for (const text of [attack.text, attack.obeyed]) {
      expect(printable(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
    }
  });
});

it('takes another mark where a file holds the one of the question', () => {
  const mark = fenceMark(question, []);
  expect(fenceMark(question, [`see ${mark}`])).not.toBe(mark);
  expect(fenceMark(question, [])).toBe(mark);
  expect(fenceMark('another question', [])).not.toBe(mark);
});
