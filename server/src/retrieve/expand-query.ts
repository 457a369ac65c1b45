/**
 * A question → further words for full text that the index cannot find by itself. The index already stems (Porter, which
 * also joins singular and plural), takes identifiers apart and pairs Chinese characters. What is missing is what people
 * write in full and code writes short (`cfg`, `init`), the reverse, and words that code writes as one (`filename`).
 * The words are for a ranking of their own: among the question's words they would outweigh them.
 */
import { searchWords } from '../index/search-words';
import { queryWords } from './query-words';

const maxJoinedLength = 30;
/** Two very short words that are joined are seldom a name. */
const minJoinedLength = 4;

/** Words as `searchWords` gives them, each once, without those that the question has itself. Linear in the question. */
export function expandQuery(question: string): readonly string[] {
  const { text } = queryWords(question);
  const own = new Set(searchWords(text));
  const found = new Set<string>();
  for (const word of [...joinNeighbours(text), ...[...own].flatMap(otherForms)]) if (!own.has(word)) found.add(word);
  return [...found];
}

/** `file name` → `filename`, which the index also holds for `fileName` and `file_name`. */
function joinNeighbours(text: string): readonly string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.flatMap((word, idx) => {
    const next = words[idx + 1];
    const length = word.length + (next?.length ?? 0);
    return next !== undefined && length >= minJoinedLength && length <= maxJoinedLength ? [word + next] : [];
  });
}

function otherForms(word: string): readonly string[] {
  return formsOf.get(word) ?? formsOf.get(word.replace(/(?<=[^s])s$/, '')) ?? [];
}

/** What code writes short, and in full; a form finds all others of its line. */
const families = `
  addr address | arg argument | args arguments | attr attribute | auth authentication authorization | calc calculate compute
  cfg conf config configuration | char character | cmd command | col column | concat concatenate | conn connection
  ctx context | db database | del delete remove unlink | dest dst destination | dict dictionary | dir directory folder
  doc document documentation | elem element | env environment | err error exception | exec execute | ext extension
  fn func function | gen generate | idx index | img image | impl implementation implement | info information
  init initialize initialise | int integer | iter iterate iterator | len length size | lib library | loc location
  max maximum | min minimum | msg message | num number count | obj object | opt option | param parameter | pkg package
  pos position | prev previous | proc process | prop property | ptr pointer | pwd password | rand random
  ref reference | regex regexp pattern | repo repository | req request | res resp response | sep separator | seq sequence
  spec specification | src source | stat statistics | str string | sync synchronize | sys system | tbl table
  temp tmp temporary | usr user | util utility | val value | var variable | vec vector | ver version`;

const formsOf = readFamilies();

function readFamilies(): ReadonlyMap<string, readonly string[]> {
  const lines = families.split(/[|\n]/).map((line) => line.match(/\w+/g) ?? []);
  const forms = new Map<string, readonly string[]>();
  for (const line of lines)
    for (const word of line)
      forms.set(
        word,
        line.filter((other) => other !== word),
      );
  return forms;
}
