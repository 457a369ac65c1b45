/**
 * Checks a workspace path that came from outside the extension (a webview, a trace file, a stored conversation).
 * Only a plain relative path below the workspace folder passes. No editor API here: plain Node tests run it.
 */

/** The path when it is safe to join to the workspace folder, else undefined. */
export function checkRelativePath(path: string): string | undefined {
  if (path === '' || path.length > 4096 || hasControlCharacter(path)) return undefined;
  if (path.includes('\\') || path.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return undefined;
  const parts = path.split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..') ? undefined : path;
}

function hasControlCharacter(path: string): boolean {
  return [...path].some((character) => character < ' ' || character === '\u007f');
}
