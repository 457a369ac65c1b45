/** Paths of files that git knows, and the folders they lie in; where case does not count, neither does it here. */
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { lowerAscii } from './wildmatch';

const pathsEachTurn = 8_192;

export class PathSet {
  readonly #paths = new Set<string>();
  readonly #folders = new Set<string>();

  private constructor(private readonly foldCase: boolean) {}

  static empty(): PathSet {
    return new PathSet(false);
  }

  /** `base` stands before each path. */
  static async create(
    paths: readonly string[],
    { base, foldCase, signal }: { readonly base: string; readonly foldCase: boolean; readonly signal: AbortSignal },
  ): Promise<PathSet> {
    const made = new PathSet(foldCase);
    for (const [idx, path] of paths.entries()) {
      made.#add(base + path);
      if (idx % pathsEachTurn === pathsEachTurn - 1) await yieldToLoop();
      throwIfCancelled(signal);
    }
    return made;
  }

  has(path: string): boolean {
    return this.#paths.has(this.#key(path)) || this.#isComposed(path);
  }

  /** `folder` without a slash at its end. */
  hasBelow(folder: string): boolean {
    return this.#folders.has(this.#key(folder));
  }

  #add(path: string): void {
    const key = this.#key(path);
    this.#paths.add(key);
    for (let end = key.lastIndexOf('/'); end > 0; end = key.lastIndexOf('/', end - 1)) {
      const folder = key.slice(0, end);
      if (this.#folders.has(folder)) break;
      this.#folders.add(folder);
    }
  }

  /** Git on macOS composes the letters that the disk may hold decomposed. */
  #isComposed(path: string): boolean {
    return /[^\0-\x7f]/.test(path) && this.#paths.has(this.#key(path.normalize('NFC')));
  }

  #key(path: string): string {
    return this.foldCase ? lowerAscii(path) : path;
  }
}
