/**
 * One of the editor's own language models. The text goes to whoever provides it, so it is used only when the user has
 * chosen it by name. The editor counts tokens; the prompt is counted before it is sent.
 */
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { ModelError, type ChatModel, type ChatOptions, type ChatReply, type ChatRequest } from './chat-model';
import type { EditorHost, EditorModel } from './editor-host';
import { ThinkSplitter } from './text-markers';

/** Tokens that the provider may put around one message. */
const templateTokens = 16;

export class EditorChatModel implements ChatModel {
  readonly id: string;
  readonly windowTokens: number;

  private constructor(
    private readonly editor: EditorHost,
    private readonly model: EditorModel,
    windowTokens: number,
  ) {
    this.id = `editor:${model.id}`;
    this.windowTokens = Math.min(model.maxInputTokens, windowTokens || Infinity);
  }

  /** @throws ModelError `notFound` where the editor has none, or not this one. */
  static async open(
    id: string,
    windowTokens: number,
    editor: EditorHost | null,
    signal: AbortSignal,
  ): Promise<EditorChatModel> {
    const models = editor ? await editor.listModels(signal) : [];
    throwIfCancelled(signal);
    const model = models.find((item) => item.id === id);
    if (editor && model) return new EditorChatModel(editor, model, windowTokens);
    const reason =
      models.length > 0
        ? `The editor has no language model ${id} any more; select another one.`
        : 'The editor offers no language models: an extension must provide them and you must be signed in to it.';
    throw new ModelError('notFound', reason);
  }

  async countTokens(text: string, signal: AbortSignal): Promise<number> {
    const [count = 0] = await this.editor.countTokens(this.model.id, [text], signal);
    return count;
  }

  async chat(request: ChatRequest, { signal, onText }: ChatOptions): Promise<ChatReply> {
    throwIfCancelled(signal);
    const startedMs = performance.now();
    const { id } = this.model;
    const counts = await this.editor.countTokens(
      id,
      request.messages.map((message) => message.content),
      signal,
    );
    const promptTokens = counts.reduce((sum, count) => sum + count + templateTokens, 0);
    if (promptTokens > this.windowTokens) {
      throw new ModelError(
        'windowExceeded',
        `The prompt has ${promptTokens} tokens, but the window of ${this.model.label} has ${this.windowTokens}; ` +
          'send less text.',
      );
    }
    const splitter = new ThinkSplitter({ startsInThinking: false, onText: (delta) => onText?.(delta) });
    const text = await this.editor.chat(id, request, { signal, onText: (delta) => splitter.push(delta) });
    if (signal.aborted) throw new CancelledError();
    splitter.finish();
    const [completionTokens = 0] = await this.editor.countTokens(id, [text], signal);
    return {
      text: splitter.text,
      thinking: splitter.thinking,
      promptTokens,
      completionTokens,
      // The editor does not say whether a reply was cut; as many tokens as were asked for are taken as a cut.
      finish: completionTokens >= request.maxTokens ? 'length' : 'stop',
      durationMs: performance.now() - startedMs,
    };
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
