/**
 * NFC with source ranges. A character with the marks and Hangul letters that may join it is one stretch; where NFC
 * changes a stretch, all that comes out of it stands for the whole of it, so that no span parts a letter from its mark.
 */
export interface NfcText {
  readonly text: string;
  /** Absent where the text was in NFC already: every unit stands for itself. */
  readonly ranges?: {
    /** For unit `i` of `text`: the UTF-16 source range `[starts[i], ends[i])`. */
    readonly starts: Uint32Array;
    readonly ends: Uint32Array;
  };
}

export function normalizeNfc(source: string): NfcText {
  if (source.normalize('NFC') === source) return { text: source };
  const pieces: string[] = [];
  const [starts, ends]: [number[], number[]] = [[], []];
  for (let start = 0; start < source.length;) {
    const end = endOfStretch(source, start);
    const stretch = source.slice(start, end);
    const composed = end - start === 1 && source.charCodeAt(start) < 0x80 ? stretch : stretch.normalize('NFC');
    const isChanged = composed !== stretch;
    for (let unit = 0; unit < composed.length; unit++) {
      starts.push(isChanged ? start : start + unit);
      ends.push(isChanged ? end : start + unit + 1);
    }
    pieces.push(composed);
    start = end;
  }
  return { text: pieces.join(''), ranges: { starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) } };
}

function endOfStretch(source: string, start: number): number {
  let end = start + sizeAt(source, start);
  while (end < source.length && source.charCodeAt(end) >= 0x300 && joinsPrevious(source, end)) {
    end += sizeAt(source, end);
  }
  return end;
}

function sizeAt(source: string, place: number): 1 | 2 {
  return (source.codePointAt(place) ?? 0) > 0xffff ? 2 : 1;
}

const joining = new Map<number, boolean>();

/** Marks, and the second and third letters of Hangul syllables. */
function joinsPrevious(source: string, place: number): boolean {
  const point = source.codePointAt(place) ?? 0;
  if (point >= 0x4e00 && point <= 0x9fff) return false;
  let answer = joining.get(point);
  if (answer === undefined) {
    answer = /^[\p{M}\u1160-\u11ff]/u.test(String.fromCodePoint(point).normalize('NFD'));
    joining.set(point, answer);
  }
  return answer;
}
