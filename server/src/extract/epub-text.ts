/** E-books (EPUB 3.3, W3C; EPUB 2) → text: the chapters in reading order, each placed by its number, title and part. */
import type { Place } from '../../../protocol/places';
import { decodeText } from './decode-text';
import { ExtractError, failDamaged } from './extract-error';
import { addHtmlText } from './html-text';
import { readPart, resolvePart } from './ooxml-package';
import type { ReadDocument } from './read-document';
import { attribute, readHtml, readXml } from './read-markup';
import { TextBuilder } from './text-builder';
import type { ZipArchive } from './zip-archive';

interface Book {
  /** Parts of the chapters in reading order. */
  readonly spine: readonly string[];
  /** Part with the table of contents (EPUB 3, then EPUB 2); null if there is none. */
  readonly nav: string | null;
  readonly ncx: string | null;
}

/** @throws ExtractError */
export async function readEpub(zip: ZipArchive): Promise<ReadDocument> {
  await checkProtection(zip);
  const root = await packagePart(zip);
  const book = readPackage(await readPart(zip, root), root);
  if (book.spine.length === 0) failDamaged('It is damaged: its list of chapters is empty.');
  const titles = await readTitles(zip, book);
  const builder = new TextBuilder();
  const problems: string[] = [];
  let [headings, missing] = [0, 0];
  for (const [index, href] of book.spine.entries()) {
    const bytes = await zip.read(href);
    const decoded = bytes ? decodeText(bytes) : null;
    if (decoded?.kind !== 'text') {
      problems.push(`The chapter ${href} is missing in the file.`);
      missing += 1;
      continue;
    }
    const title = titles.get(href) ?? headingOf(decoded.text);
    const place: Place = { kind: 'chapter', chapter: index + 1, title, href };
    builder.endBlock();
    headings += addHtmlText(builder, decoded.text, () => place).headings;
    if (builder.isFull) break;
  }
  if (missing === book.spine.length) failDamaged('It is damaged: none of its chapters is there.');
  problems.push(...builder.problems());
  const language = headings > 0 ? 'markdown' : 'plaintext';
  return { ...builder.finish(), language, format: 'epub', problems };
}

/** Fonts may be scrambled in a free book; encrypted chapters mean a protected one. */
async function checkProtection(zip: ZipArchive): Promise<void> {
  const bytes = await zip.read('META-INF/encryption.xml');
  if (!bytes) return;
  readXml(bytes, 'META-INF/encryption.xml', {
    open: (name, attributes) => {
      if (name === 'CipherReference' && /\.x?html?$/i.test(attribute(attributes, 'URI') ?? ''))
        throw new ExtractError('encrypted', 'It is a protected e-book whose chapters are encrypted.');
    },
  });
}

/** The first that is there: a container may name other renditions. */
async function packagePart(zip: ZipArchive): Promise<string> {
  const roots: string[] = [];
  readXml(await readPart(zip, 'META-INF/container.xml'), 'META-INF/container.xml', {
    open: (name, attributes) => {
      if (name === 'rootfile') roots.push(resolvePart('', attribute(attributes, 'full-path') ?? ''));
    },
  });
  return roots.find((root) => zip.has(root)) ?? failDamaged('It is damaged: its list of parts is missing.');
}

function readPackage(bytes: Uint8Array, root: string): Book {
  const items = new Map<string, { readonly href: string; readonly type: string; readonly properties: string }>();
  const spine: string[] = [];
  let toc = '';
  readXml(bytes, root, {
    open: (name, attributes) => {
      if (name === 'item') {
        items.set(attribute(attributes, 'id') ?? '', {
          href: partOf(root, attribute(attributes, 'href') ?? ''),
          type: attribute(attributes, 'media-type') ?? '',
          properties: attribute(attributes, 'properties') ?? '',
        });
      } else if (name === 'spine') toc = attribute(attributes, 'toc') ?? '';
      else if (name === 'itemref') spine.push(attribute(attributes, 'idref') ?? '');
    },
  });
  const all = [...items.values()];
  return {
    spine: spine.flatMap((id) => items.get(id)?.href ?? []),
    nav: all.find(({ properties }) => properties.split(' ').includes('nav'))?.href ?? null,
    ncx: (items.get(toc) ?? all.find(({ type }) => type === 'application/x-dtbncx+xml'))?.href ?? null,
  };
}

/** Of each part the title by which the table of contents first names it. */
async function readTitles(zip: ZipArchive, { nav, ncx }: Book): Promise<ReadonlyMap<string, string>> {
  const titles = new Map<string, string>();
  const add = (part: string, href: string, title: string): void => {
    const target = partOf(part, href);
    const shown = title.replace(/\s+/g, ' ').trim();
    if (shown !== '' && !titles.has(target)) titles.set(target, shown);
  };
  const navBytes = nav === null ? null : await zip.read(nav);
  const ncxBytes = ncx === null || navBytes ? null : await zip.read(ncx);
  let [href, title] = ['', ''];
  if (nav !== null && navBytes) {
    readXml(navBytes, nav, {
      open: (name, attributes) => {
        if (name === 'a') [href, title] = [attribute(attributes, 'href') ?? '', ''];
      },
      text: (text) => (title += text),
      close: (name) => {
        if (name === 'a') add(nav, href, title);
      },
    });
  } else if (ncx !== null && ncxBytes) {
    let label = '';
    readXml(ncxBytes, ncx, {
      open: (name, attributes) => {
        if (name === 'text') title = '';
        else if (name === 'content') add(ncx, attribute(attributes, 'src') ?? '', label);
      },
      text: (text) => (title += text),
      close: (name) => {
        if (name === 'text') label = title;
      },
    });
  }
  return titles;
}

/** The first heading of a chapter that the table of contents does not name. */
function headingOf(html: string): string {
  let heading = '';
  let [isOpen, isDone] = [false, false];
  readHtml(html.slice(0, 20_000), {
    open: (name) => {
      if (/^h[1-6]$/.test(name) && !isDone) isOpen = true;
    },
    text: (text) => {
      if (isOpen) heading += text;
    },
    close: (name) => {
      if (!isOpen || !/^h[1-6]$/.test(name)) return;
      [isOpen, isDone] = [false, true];
    },
  });
  return heading.replace(/\s+/g, ' ').trim();
}

/** A reference inside the book → the name of the part, without a fragment. */
function partOf(part: string, href: string): string {
  const [path = ''] = href.split('#');
  let plain = path;
  try {
    plain = decodeURIComponent(path);
  } catch {
    // A stray percent sign: the name is taken as it is written.
  }
  return resolvePart(part, plain);
}
