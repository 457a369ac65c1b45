/** Finds cited words again in the files of a workspace, and reads each file once. */
import { maxLocatedSlices, type Anchor, type CitedSlice } from '../../../protocol/sources';
import { AnchorText } from '../answer/reanchor';

/** `readText` rejects for a file that is gone or unreadable, which makes its slices stale. */
export async function locateSlices(
  slices: readonly CitedSlice[],
  readText: (path: string) => Promise<string>,
): Promise<readonly Anchor[]> {
  const texts = new Map<string, AnchorText | null>();
  const anchors: Anchor[] = [];
  for (const slice of slices.slice(0, maxLocatedSlices)) {
    const { path } = slice;
    if (!texts.has(path)) texts.set(path, await open(path, readText));
    const text = texts.get(path);
    anchors.push(text ? text.locate(slice) : { kind: 'stale', problem: `${path} is gone or cannot be read.` });
  }
  return anchors;
}

/** The path comes from a stored trace: one that leads out of the workspace is no file of it. */
async function open(path: string, readText: (path: string) => Promise<string>): Promise<AnchorText | null> {
  const isInside = !/^(?:[/\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes('..');
  if (path === '' || !isInside) return null;
  return readText(path).then(
    (text) => new AnchorText(text),
    () => null,
  );
}
