/** The editor's own models behind the port: counted before they are sent, streamed, cancelled, refused in one sentence. */
import { describe, expect, it } from 'vitest';
import { ModelError } from '../../../server/src/llm/chat-model';
import { EditorChatModel } from '../../../server/src/llm/editor-chat-model';
import { ask, longText, noAbort } from '../../support/chat-model-conformance';
import { createScriptedEditor, type EditorScript } from '../../support/scripted-editor';

const openModel = (script: EditorScript = {}): Promise<EditorChatModel> =>
  EditorChatModel.open('acme/one', 0, createScriptedEditor(script), noAbort);

describe('a model of the editor', () => {
  it('streams its answer, thinking apart, with the editor’s counts', async () => {
    const model = await openModel({ reply: ['<thi', 'nk>hm</think>', 'It ', 'rained.'] });
    const shown: string[] = [];
    const reply = await model.chat(ask('What fell?'), { signal: noAbort, onText: (part) => shown.push(part) });
    expect({ ...reply, durationMs: 0, shown: shown.join('') }).toEqual({
      text: 'It rained.',
      thinking: 'hm',
      promptTokens: 5 + 16 + 2 + 16,
      completionTokens: 2,
      finish: 'stop',
      durationMs: 0,
      shown: 'It rained.',
    });
    expect(await model.countTokens('one two three', noAbort)).toBe(3);
  });

  it('gets no prompt of 12,000 tokens for its window', async () => {
    const model = await openModel();
    const error: unknown = await model.chat(ask(longText(12_000)), { signal: noAbort }).catch((err: unknown) => err);
    expect(ModelError.is(error, 'windowExceeded')).toBe(true);
    expect(String(error)).toMatch(/has 72\d\d tokens, but the window of One has 1000; send less text\.$/);
  });

  it('says what the user or the provider said no to', async () => {
    const refusal = new ModelError('notPermitted', 'Longfold may not use One: you have not allowed it.');
    const model = await openModel({ reply: refusal });
    await expect(model.chat(ask('What fell?'), { signal: noAbort })).rejects.toBe(refusal);
    const gone = EditorChatModel.open('acme/two', 0, createScriptedEditor(), noAbort);
    await expect(gone).rejects.toThrow('The editor has no language model acme/two any more; select another one.');
  });

  it('stops when it is cancelled while it writes', async () => {
    const model = await openModel({ reply: Array.from({ length: 1_000 }, () => 'rain ') });
    const controller = new AbortController();
    let shown = 0;
    const onText = (): void => {
      if (++shown === 3) controller.abort();
    };
    await expect(model.chat(ask('What fell?'), { signal: controller.signal, onText })).rejects.toThrow('Cancelled.');
    expect(shown).toBe(3);
  });
});
