/**
 * A symbol's description → the Markdown of its hover. File names, symbols and comments come from the workspace: they are
 * shown as text and as code, never as Markdown; links lead to places that the index knows, and to the explain command.
 */
import { URI, Utils } from 'vscode-uri';
import { languageOf } from '../extract/languages';
import type { NamedPlace, RelatedPlaces, SymbolDescription } from '../retrieve/describe-symbol';
import type { HoverWords } from './hover-words';

export interface HoverFrame {
  readonly workspaceUri: string;
  readonly words: HoverWords;
  /** Files of an index that is still being built; null: it is complete. */
  readonly building: { readonly done: number; readonly total: number } | null;
  /** A Markdown link that asks for an explanation. */
  readonly explain: string;
}

export function toHoverText(symbol: SymbolDescription, frame: HoverFrame): string {
  const { words } = frame;
  const [best] = symbol.definitions;
  const lines = [
    best && symbol.header.code !== '' ? fenced(symbol.header.code, languageOf(best.path)) : '',
    escapeMarkdown(symbol.header.comment),
    best ? definitionLine(symbol, best, frame) : '',
    usesLine(symbol, frame),
    placesLine(words.tests, symbol.related.test, frame),
    placesLine(words.documents, symbol.related.doc, frame),
    frame.building ? words.building(frame.building.done, frame.building.total) : '',
    frame.explain,
  ];
  return lines.filter((line) => line !== '').join('\n\n');
}

function definitionLine(symbol: SymbolDescription, best: NamedPlace, frame: HoverFrame): string {
  const { words } = frame;
  const { total, isPartial } = symbol.definitionCount;
  const others = symbol.definitions.slice(1).map((place) => linkTo(place, frame));
  const more = total > 1 ? ` ${words.alsoDefined(total - 1, isPartial)}: ${others.join(', ')}` : '';
  return `${words.defined(`**${escapeMarkdown(symbol.name)}**`, escapeMarkdown(symbol.kind))} ${linkTo(best, frame)}.${more}`;
}

function usesLine({ uses, related }: SymbolDescription, frame: HoverFrame): string {
  const { words } = frame;
  if (uses.total === 0) return words.noUses;
  const callers = placesLine(words.callers(related.caller.total), related.caller, frame);
  return `${words.uses(uses.total, uses.files, uses.isPartial)}${callers === '' ? '' : ` ${callers}`}`;
}

function placesLine(label: string, { total, nearest }: RelatedPlaces, frame: HoverFrame): string {
  if (nearest.length === 0) return '';
  return `${label}: ${nearest.map((place) => linkTo(place, frame)).join(', ')}${total > nearest.length ? ' …' : ''}`;
}

/** The path inside the workspace names the place; the line is 1-based as editors count. */
function linkTo({ path, line, container }: NamedPlace, { workspaceUri }: HoverFrame): string {
  const target = Utils.joinPath(URI.parse(workspaceUri), path).with({ fragment: `L${line + 1}` });
  const within = container === '' ? '' : ` (${escapeMarkdown(container)})`;
  return `[${escapeMarkdown(`${path}:${line + 1}`)}](${linkAddress(target.toString())})${within}`;
}

/** What encoding leaves as it is but ends a link in Markdown. */
export function linkAddress(encoded: string): string {
  return encoded.replace(/[()<>\\]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
}

/** The fence is longer than any run of backticks inside. */
function fenced(code: string, language: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${code}\n${fence}`;
}

/** Line breaks would begin a block. */
function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]()#+\-!<>|~&$.:@]/g, '\\$&');
}
