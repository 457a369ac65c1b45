/**
 * Passes a stream of JSON lines on, whole lines only, and fails on one that is not valid UTF-8 or not JSON. The
 * client library prints such a line to the console and leaves it out, which would lose a part of the answer.
 */
import { ModelError } from './chat-model';

export function createNdjsonCheck(host: string): TransformStream<Uint8Array, Uint8Array> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const encoder = new TextEncoder();
  let rest = '';
  const decode = (part?: Uint8Array): string => {
    try {
      return part ? decoder.decode(part, { stream: true }) : decoder.decode();
    } catch {
      throw new ModelError('badReply', `The model host ${host} sent text that is not valid UTF-8; ask again.`);
    }
  };
  const check = (line: string): void => {
    try {
      JSON.parse(line);
    } catch {
      throw new ModelError('badReply', `The model host ${host} sent a line that is not JSON; ask again.`);
    }
  };
  const passOn = (lines: readonly string[], controller: TransformStreamDefaultController<Uint8Array>): void => {
    const full = lines.filter((line) => line.trim() !== '');
    full.forEach(check);
    if (full.length > 0) controller.enqueue(encoder.encode(full.join('\n') + '\n'));
  };
  return new TransformStream({
    transform(part, controller) {
      const lines = (rest + decode(part)).split('\n');
      rest = lines.pop() ?? '';
      passOn(lines, controller);
    },
    flush(controller) {
      passOn([rest + decode()], controller);
    },
  });
}
