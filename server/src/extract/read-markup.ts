/**
 * XML and HTML as events. The parser knows the five entities of XML and those of HTML and no others: nothing is ever
 * expanded from a document type or fetched. Depth is bounded.
 */
import { Parser } from 'htmlparser2';
import { decodeText } from './decode-text';
import { checkNesting, maxNesting } from './extract-limits';
import { failDamaged } from './extract-error';

export type Attributes = Readonly<Record<string, string>>;
export interface MarkupEvents {
  /** XML: without the prefix, so that a file may choose its own. HTML: lower case. */
  open?(name: string, attributes: Attributes, startOffset: number): void;
  text?(text: string, startOffset: number): void;
  close?(name: string): void;
  /** Asked now and then: true ends the reading, for nothing more is wanted. */
  isDone?(): boolean;
}

/** UTF-16 units between two questions whether more is wanted. */
const sliceLength = 1_048_576;

/** @throws ExtractError if it is no text or nested too deep */
export function readXml(bytes: Uint8Array, part: string, events: MarkupEvents): void {
  const decoded = decodeText(bytes);
  if (decoded.kind !== 'text') failDamaged(`It is damaged: its part ${part} is not XML.`);
  readMarkup(decoded.text, part, events, { xmlMode: true });
}

/** @throws ExtractError if it is nested too deep */
export function readHtml(text: string, events: MarkupEvents): void {
  readMarkup(text, 'It', events, { xmlMode: false });
}

function readMarkup(text: string, what: string, events: MarkupEvents, options: { readonly xmlMode: boolean }): void {
  const local = options.xmlMode ? localName : (name: string): string => name;
  let depth = 0;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        depth += 1;
        if (depth > maxNesting) checkNesting(depth, what);
        events.open?.(local(name), attributes, parser.startIndex);
      },
      ontext: (piece) => events.text?.(piece, parser.startIndex),
      onclosetag: (name) => {
        depth -= 1;
        events.close?.(local(name));
      },
    },
    { ...options, decodeEntities: true },
  );
  for (let start = 0; start < text.length && events.isDone?.() !== true; start += sliceLength)
    parser.write(text.slice(start, start + sliceLength));
  parser.end();
}

function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

/** An attribute by its local name, with or without a prefix. */
export function attribute(attributes: Attributes, name: string): string | undefined {
  if (Object.hasOwn(attributes, name)) return attributes[name];
  const suffix = `:${name}`;
  for (const key in attributes) if (key.endsWith(suffix)) return attributes[key];
  return undefined;
}

/** Only with a prefix: `r:id` beside a plain `id` of another meaning. */
export function prefixedAttribute(attributes: Attributes, name: string): string | undefined {
  const suffix = `:${name}`;
  for (const key in attributes) if (key.endsWith(suffix)) return attributes[key];
  return undefined;
}
