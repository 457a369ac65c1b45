/**
 * Whether a question is answered whole or by sub-questions, one fold each: comparisons by what is compared, counting
 * ("in which chapters …") by chapter, section or file. By rules and without a model.
 */
import type { AnswerMode } from '../../../protocol/trace-events';
import type { DocumentListing, DocumentSource } from './ports';
import type { UnderstoodQuestion } from './understand-question';

export interface QuestionPart {
  readonly question: string;
  /** What the part is about; null: the question is answered whole. */
  readonly label: string | null;
  /** What to read where everything is read; null: evidence is searched. */
  readonly listing: readonly DocumentListing[] | null;
}

export interface PartsPlan {
  readonly kind: 'whole' | 'comparison' | 'counting';
  readonly parts: readonly QuestionPart[];
}

/** More parts would leave each without room in the memory. */
const maxParts = 40;

export async function planParts(
  understood: UnderstoodQuestion,
  mode: AnswerMode,
  listing: readonly DocumentListing[],
  documents: Pick<DocumentSource, 'passages'>,
): Promise<PartsPlan> {
  const { coreQuestion, language } = understood;
  const source = mode === 'everything' ? listing : null;
  const whole: PartsPlan = {
    kind: 'whole',
    parts: [{ question: coreQuestion, label: null, listing: source }],
  };
  const unit = countedUnit(coreQuestion);
  if (unit !== null && source !== null) {
    const groups = unit === 'file' ? byFile(source) : await byHeading(source, documents);
    if (groups.length < 2 || groups.length > maxParts) return whole;
    const parts = groups.map(({ label, files }) => ({
      label,
      listing: files,
      question: language === 'zh' ? `在“${label}”中：${coreQuestion}` : `In "${label}": ${coreQuestion}`,
    }));
    return { kind: 'counting', parts };
  }
  const compared = findComparison(coreQuestion);
  // Everything is read once, whatever is compared.
  if (compared === null || source !== null) return whole;
  const parts = compared.subjects.map((label) => ({
    label,
    listing: null,
    question:
      language === 'zh'
        ? `关于“${label}”，${compared.aspect === '' ? '文中说了什么' : `${compared.aspect}如何`}？（${coreQuestion}）`
        : `What does the text say about ${compared.aspect === '' ? '' : `${compared.aspect} of `}${label}? (${coreQuestion})`,
  }));
  return { kind: 'comparison', parts };
}

/** What a question counts or lists, where that is a part of documents. */
export function countedUnit(question: string): 'section' | 'file' | null {
  const asked =
    /\b(?:which|how many|what|list (?:all |the )?)\s*(?:of the |different )?(chapters?|sections?|files?|documents?)\b/i.exec(
      question,
    )?.[1] ?? /(?:哪|多少|几)(?:些|几|个)*(章|节|文件|文档)/u.exec(question)?.[1];
  if (asked === undefined) return null;
  return /file|document|文件|文档/i.test(asked) ? 'file' : 'section';
}

interface Comparison {
  readonly subjects: readonly string[];
  /** In what they are compared; may be empty. */
  readonly aspect: string;
}

const comparisons: readonly RegExp[] = [
  /\b(?:compare|contrast)\s+(?:the\s+(?<aspect>[\w -]{3,40}?)\s+(?:of|in|for)\s+)?(?<one>.{2,80}?)\s+(?:and|with|to|versus|vs\.?|against)\s+(?<two>.{2,80}?)(?:\s+(?:in terms of|with respect to|regarding|as to)\s+(?<about>.{2,80}?))?[.?!]*$/iu,
  /\bdifferences?\s+(?:in\s+(?<aspect>[\w -]{3,40}?)\s+)?between\s+(?<one>.{2,80}?)\s+and\s+(?<two>.{2,80}?)(?:\s+(?:in terms of|with respect to|regarding)\s+(?<about>.{2,80}?))?[.?!]*$/iu,
  /^(?:who|which|what)\b(?<aspect>.{2,60}?)\b(?:\p{L}{3,}er|more \p{L}+|less \p{L}+|first|earlier|later)\b[^,:]{0,40}[,:]\s*(?<one>.{2,80}?)\s+or\s+(?<two>.{2,80}?)[.?!]*$/iu,
  /(?:比较|对比)(?<one>.{1,30}?)(?:和|与|跟|同)(?<two>.{1,30}?)(?:的(?<aspect>.{1,20}))?[。？！?]*$/u,
  /(?<one>.{1,30}?)(?:和|与|跟|同)(?<two>.{1,30}?)(?:在(?<about>.{1,20}?)(?:上|方面))?(?:的|有什么|有何|之间的)*(?:区别|不同|差异|差别)/u,
];

export function findComparison(question: string): Comparison | null {
  for (const [idx, pattern] of comparisons.entries()) {
    const groups = pattern.exec(question)?.groups;
    const [one, two] = [groups?.['one']?.trim(), groups?.['two']?.trim()];
    if (!one || !two) continue;
    // "Which is older, A or B": the comparison itself stands behind the question.
    const aspect = idx === 2 ? '' : (groups?.['aspect'] ?? groups?.['about'] ?? '').trim();
    return { subjects: [one.replace(/^(?:the|both)\s+/i, ''), two.replace(/^the\s+/i, '')], aspect };
  }
  return null;
}

interface Group {
  readonly label: string;
  readonly files: readonly DocumentListing[];
}

function byFile(listing: readonly DocumentListing[]): readonly Group[] {
  return listing.map((file) => ({ label: file.path, files: [file] }));
}

/** The top headings of each file; of a file with a single one (its title) those below it. */
async function byHeading(
  listing: readonly DocumentListing[],
  documents: Pick<DocumentSource, 'passages'>,
): Promise<readonly Group[]> {
  const groups: Group[] = [];
  for (const file of listing) {
    const passages = await documents.passages(file.path);
    const paths = passages.map((passage) => passage.heading.split(' > '));
    const isTitled = new Set(paths.map((path) => path[0])).size === 1 && paths.some((path) => path.length > 1);
    const labelOf = (path: readonly string[]): string => path.slice(0, isTitled ? 2 : 1).join(' > ');
    let first = 0;
    for (let idx = 1; idx <= passages.length; idx += 1) {
      const label = labelOf(paths[first] ?? []);
      if (idx < passages.length && labelOf(paths[idx] ?? []) === label) continue;
      const start = passages[first]?.startOffset ?? 0;
      const end = passages[idx]?.startOffset ?? Number.MAX_SAFE_INTEGER;
      const chunks = idx - first;
      const tokens = Math.ceil((file.tokens * chunks) / Math.max(1, passages.length));
      const name = listing.length > 1 ? [file.path, label].filter(Boolean).join(' > ') : label;
      groups.push({ label: name || file.path, files: [{ ...file, chunks, tokens, range: [start, end] }] });
      first = idx;
    }
    if (groups.length > maxParts) break;
  }
  return groups;
}
