/**
 * An upper bound of the critic's token count, without its tokenizer: each UTF-16 unit costs a share of a token that
 * follows from the unit before it. Outside ASCII it is a bound by proof (a piece holds at least one character after
 * NFKC). Inside ASCII the shares were fitted, as a linear programme, so that no window of 512 tokens of prose, code in
 * 12 languages, minified code, data, base64, hex, DNA, dates, addresses and random letters costs less than it has.
 * Natural text costs about 1.3 times its tokens. A test checks the bound with the real tokenizer.
 */

/** All costs are in hundredths of a token. */
export const costOfToken = 100;
export const maxWeightOfPair = 3 * costOfToken;

/** A letter behind a letter: for `ab` the digit in row `a`, column `b`; rare pairs are cut between pieces. */
const letterPairs: readonly string[] = [
  '72237342453333746342226465',
  '36664666336276367255477757',
  '27361673373266366272277767',
  '36654756356267477575242747',
  '35264523355332625353644345',
  '27773577277376377263077757',
  '27673631377262367176177757',
  '25563776277357277272477747',
  '21263527753223032334637543',
  '47771777777577546767377777',
  '47764415377563537576455767',
  '34523336377357357462212747',
  '31772776366537237667364765',
  '35424425435543556553357745',
  '43445536415232627333223655',
  '36653564476177117252476657',
  '67777777677677777777277777',
  '25423446273513257663125657',
  '37373475276466317623265746',
  '27463773177667556273152736',
  '23124637376222437133677666',
  '27562777377576477667577777',
  '46664761277466267367775777',
  '57474776377557637773677677',
  '54655557577335427164674777',
  '17774777477776477777577767',
];
const pairCosts = [13, 16, 18, 21, 25, 30, 75, 110] as const;
const runStartCost = 110;
const costs = { lowerBehindUpper: 68, upperBehindUpper: 45, digitBehindDigit: 52, mergedPunctuation: 51 } as const;
/** These and what is not ASCII have no piece that begins with a space, so the space is a token of its own. */
const apartFromSpace = ',.\\|';
/** Rows of these are a token each; rows of other marks, like `----`, have longer pieces. */
const neverMerged = '"$%&;:[,|@]}\'';
/** Words longer than this are data: behind it every letter counts as a token. */
const longRun = 14;
const longRunCost = 100;

const asciiCosts = fillAsciiCosts();
/** Per UTF-16 unit of the basic plane; 0 is not known yet. */
const wideCosts = new Uint16Array(65_536);

/** Costs of a text's units, asked for in order. */
export class TokenWeigher {
  #previous = 32;
  #letters = 0;

  next(unit: number): number {
    const previous = this.#previous;
    this.#previous = unit;
    if (unit >= 128) {
      this.#letters = 0;
      return wideCost(previous, unit);
    }
    const letter = unit | 32;
    this.#letters = letter >= 97 && letter <= 122 ? this.#letters + 1 : 0;
    if (this.#letters >= longRun) return longRunCost;
    // Behind a wide unit nothing is known, as behind a character of another class.
    return asciiCosts[((previous < 128 ? previous : 0) << 7) | unit] ?? runStartCost;
  }
}

function wideCost(previous: number, unit: number): number {
  if (isLow(unit) && isHigh(previous)) return 0;
  let own = wideCosts[unit] ?? 0;
  if (own === 0) {
    own = costOfToken * piecesOf(unit);
    wideCosts[unit] = own;
  }
  return isSpace(previous) ? own + costOfToken : own;
}

/** Characters after NFKC; a surrogate pair counts with its first half. */
function piecesOf(unit: number): number {
  // Enclosed letters and musical signs come apart into up to three.
  if (unit === 0xd83c || unit === 0xd834) return maxWeightOfPair / costOfToken;
  return Math.max(1, String.fromCharCode(unit).normalize('NFKC').length);
}

function fillAsciiCosts(): Uint8Array {
  const table = new Uint8Array(128 * 128);
  for (let previous = 0; previous < 128; previous++) {
    for (let unit = 0; unit < 128; unit++) table[(previous << 7) | unit] = asciiCost(previous, unit);
  }
  return table;
}

function asciiCost(previous: number, unit: number): number {
  const [before, own] = [classOf(previous), classOf(unit)];
  // Runs of white space are folded, and a space is part of the piece behind it.
  if (own === 'space') return 0;
  if (before === 'space' && (apartFromSpace.includes(String.fromCharCode(unit)) || own === 'control')) {
    return runStartCost + costOfToken;
  }
  if (own === 'lower' && before === 'lower') return pairCost(previous - 97, unit - 97);
  if (own === 'lower' && before === 'upper') return costs.lowerBehindUpper;
  if (own === 'upper' && before === 'upper') return costs.upperBehindUpper;
  if (own === 'digit' && before === 'digit') return costs.digitBehindDigit;
  const isMerged = previous === unit && !neverMerged.includes(String.fromCharCode(unit));
  return isMerged ? costs.mergedPunctuation : runStartCost;
}

function pairCost(row: number, column: number): number {
  return pairCosts[Number(letterPairs[row]?.[column])] ?? runStartCost;
}

type UnitClass = 'space' | 'lower' | 'upper' | 'digit' | 'punctuation' | 'control';

function classOf(unit: number): UnitClass {
  if (isSpace(unit)) return 'space';
  if (unit >= 97 && unit <= 122) return 'lower';
  if (unit >= 65 && unit <= 90) return 'upper';
  if (unit >= 48 && unit <= 57) return 'digit';
  return unit > 32 && unit < 127 ? 'punctuation' : 'control';
}

function isSpace(unit: number): boolean {
  return unit === 32 || (unit >= 9 && unit <= 13);
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
