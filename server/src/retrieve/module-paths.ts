/**
 * Whether a file can be the module that an import names: by its path alone, for the ways in which languages write
 * modules (`./a`, `..a.b`, `a.b.C`, `a/b`, `crate::a`, `A\B`, `a.h`). Nothing is read, no build file is followed.
 */

/** True when `path` can be what `module` means in the file `fromPath`. Paths are relative to the root, with `/`. */
export function matchesModule(fromPath: string, module: string, path: string): boolean {
  const stem = stemOf(path.split('/'));
  const folder = path.split('/').slice(0, -1);
  const near = nearModule(fromPath, module);
  if (near) return near.some((place) => isSame(place, stem) || isSame(place, folder));
  const wanted = segmentsOf(module);
  if (wanted.length === 0) return false;
  // A one-word module is a package at the top, or something from outside; a file of that name deep down is neither.
  if (wanted.length === 1)
    return (
      [stem, folder].some((place) => endsWith(place, wanted) && place.length <= 2) || isSibling(fromPath, module, path)
    );
  return endsWith(stem, wanted) || endsWith(folder, wanted) || endsWithMost(stem, folder, wanted);
}

/** Where a module stands that is written as seen from the file; null for one that is not. */
function nearModule(fromPath: string, module: string): readonly (readonly string[])[] | null {
  const folder = fromPath.split('/').slice(0, -1);
  const stem = stemOf(fromPath.split('/'));
  if (module.startsWith('./') || module.startsWith('../') || module === '.' || module === '..') {
    const place = walk(folder, module.split('/'));
    return [place, stemOf(place)];
  }
  const dots = /^(\.+)(.*)$/.exec(module);
  if (dots) {
    const up = folder.slice(0, folder.length - ((dots[1] ?? '.').length - 1));
    return [[...up, ...segmentsOf(dots[2] ?? '')]];
  }
  const [first = '', ...rest] = module.split('::');
  // A module `a` is the file `a.rs` or the folder `a`; what is inside of it stands in the folder either way.
  if (first === 'self')
    return [
      [...folder, ...rest],
      [...stem, ...rest],
    ];
  if (first === 'super')
    return [
      [...folder, ...rest],
      [...folder.slice(0, -1), ...rest],
    ];
  return null;
}

function walk(folder: readonly string[], steps: readonly string[]): readonly string[] {
  const place = [...folder];
  for (const step of steps) {
    if (step === '..') place.pop();
    else if (step !== '.' && step !== '') place.push(step);
  }
  return place;
}

/** The words of a module that a path can have: without `crate`, versions, marks of aliases and endings of files. */
function segmentsOf(module: string): readonly string[] {
  const isPath = module.includes('/');
  const parts = isPath ? module.replace(/\.\w{1,4}$/, '').split('/') : module.split(/::|\\|\./);
  const words = parts.filter(
    (part) => part !== '' && part !== 'crate' && !/^v\d+$/.test(part) && !/^[@~#]$/.test(part),
  );
  // `ring.h` is a file with its ending, not a module `h` in a package `ring`.
  return !isPath && /^\w+\.(?:h|hpp|hh|hxx|inc|rb|sh|css|scss)$/.test(module) ? words.slice(0, 1) : words;
}

/** A path without its ending; a folder's own file stands for the folder. */
function stemOf(path: readonly string[]): readonly string[] {
  const last = (path.at(-1) ?? '').replace(/(?:\.d)?\.\w+$/, '');
  return /^(?:index|__init__|mod|lib)$/.test(last) ? path.slice(0, -1) : [...path.slice(0, -1), last];
}

/** An include of one word is looked for beside the file first. */
function isSibling(fromPath: string, module: string, path: string): boolean {
  if (!/\.\w+$/.test(module)) return false;
  const folder = fromPath.split('/').slice(0, -1);
  return isSame([...folder, ...segmentsOf(module)], stemOf(path.split('/')));
}

/** `github.com/x/log` → `vendor/log` is not sure, `x/log` is; packages of Java keep all but their first words. */
function endsWithMost(stem: readonly string[], folder: readonly string[], wanted: readonly string[]): boolean {
  const most = wanted.slice(-2);
  return wanted.length > 2 && (endsWith(stem, most) || endsWith(folder, most));
}

function endsWith(path: readonly string[], end: readonly string[]): boolean {
  return path.length >= end.length && isSame(path.slice(path.length - end.length), end);
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((part, at) => part === other[at]);
}
