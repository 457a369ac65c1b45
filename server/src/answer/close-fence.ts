/**
 * What follows an answer must not end up inside a block of code that the model left open: the block is closed, and an
 * opening with nothing behind it goes. Fences as in CommonMark: a block ends with at least as many signs as it began with,
 * so that a block may quote shorter fences.
 */
export function closeFence(answer: string): string {
  let open: { readonly fence: string; readonly at: number; readonly end: number } | null = null;
  for (const { 0: line, 1: fence = '', 2: rest = '', index } of answer.matchAll(fenceLine)) {
    if (open === null) {
      // Words in backticks may begin a line, too.
      if (!(fence.startsWith('`') && rest.includes('`'))) open = { fence, at: index, end: index + line.length };
    } else if (fence.startsWith(open.fence) && rest.trim() === '') open = null;
  }
  if (open === null) return answer;
  if (answer.slice(open.end).trim() === '') return answer.slice(0, open.at).trimEnd();
  return `${answer.trimEnd()}\n${open.fence}\n`;
}

const fenceLine = /^ {0,3}(`{3,}|~{3,})(.*)$/gm;
