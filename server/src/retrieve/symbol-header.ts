/** The first lines of a definition and the comment that explains it, cut out of the text around it. Pure and bounded. */

export interface SymbolHeader {
  /** As written, without the body; at most a few lines. */
  readonly code: string;
  /** First paragraph of the comment or docstring, on one line, without its marks; empty where there is none. */
  readonly comment: string;
}

const [maxHeaderLines, maxHeaderChars, maxCommentLines, maxCommentChars] = [5, 400, 30, 300];
const commentLine = /^\s*(?:\/\/|\/\*|\*|#(?!\s*(?:include|define|if|endif|else|undef|pragma)\b|\[)|--\s|;;|<!--)/;
const between = /^\s*(?:@[\w.]+.*|#\[.*\]|\[[\w(). "]+\])$/;
const docstring = /^\s*[rRuU]?("""|''')([\s\S]*?)\1/;

/** `offset`: of the definition in `text`, which may begin and end anywhere around it. */
export function readHeader(text: string, offset: number): SymbolHeader {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const code = readCode(text.slice(lineStart, lineStart + maxHeaderChars));
  const body = text.slice(lineStart + code.length).replace(/^[^\n]*\n/, '');
  const above = readAbove(text.slice(0, lineStart));
  const comment = above === '' ? (docstring.exec(body)?.[2] ?? '') : above;
  return { code: outdent(code).replace(/\s*\{\s*$/, ''), comment: firstParagraph(comment) };
}

/** Up to the line on which all brackets of the parameters are closed. */
function readCode(text: string): string {
  let depth = 0;
  const lines: string[] = [];
  for (const line of text.split('\n').slice(0, maxHeaderLines)) {
    lines.push(line);
    depth += (line.match(/[([]/g)?.length ?? 0) - (line.match(/[)\]]/g)?.length ?? 0);
    if (depth <= 0 && !/^\s*(?:@|#\[)/.test(line)) break;
  }
  return lines.join('\n');
}

/** The comment lines right above, over decorators and attributes. */
function readAbove(before: string): string {
  const lines = before.split('\n').slice(0, -1).slice(-maxCommentLines).reverse();
  const start = lines.findIndex((line) => !between.test(line));
  const found: string[] = [];
  for (const line of start < 0 ? [] : lines.slice(start)) {
    if (!commentLine.test(line) && !(found.length === 0 && line.trim().endsWith('*/'))) break;
    found.push(line);
  }
  return found
    .reverse()
    .map((line) =>
      line.replace(/^\s*(?:\/\*+|\/\/+!?|\*(?!\/)|#+!?|--+|;+|<!--)? ?/, '').replace(/\s*(?:\*+\/|-->)\s*$/, ''),
    )
    .join('\n');
}

function firstParagraph(comment: string): string {
  const lines = comment.trim().split('\n');
  const end = lines.findIndex((line) => line.trim() === '' || /^\s*[@\\:](?:param|returns?|throws|brief)\b/.test(line));
  const text = lines
    .slice(0, end < 0 ? undefined : end)
    .join(' ')
    .replace(/\s+/g, ' ')
    .trim();
  return text.length > maxCommentChars ? `${text.slice(0, maxCommentChars).replace(/\s\S*$/, '')} …` : text;
}

function outdent(code: string): string {
  const indent = /^\s*/.exec(code)?.[0] ?? '';
  return code
    .split('\n')
    .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()))
    .join('\n');
}
