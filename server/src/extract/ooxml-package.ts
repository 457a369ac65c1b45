/** Parts and relationships of Office Open XML files (ECMA-376 part 2). Part names are keys of the archive, never paths. */
import { failDamaged } from './extract-error';
import { attribute, readXml } from './read-markup';
import type { ZipArchive } from './zip-archive';

export interface Relationship {
  readonly id: string;
  /** The last word of its type, for instance `worksheet`. */
  readonly type: string;
  /** Name of a part; empty for what lies outside of the file. */
  readonly target: string;
}

export type OoxmlKind = 'docx' | 'pptx' | 'xlsx';
const mainTypes: readonly (readonly [OoxmlKind, RegExp, string])[] = [
  ['docx', /(?:wordprocessingml|ms-word)\.[\w.]+\.main\+xml/i, 'word/document.xml'],
  ['pptx', /(?:presentationml|ms-powerpoint)\.[\w.]+\.main\+xml/i, 'ppt/presentation.xml'],
  ['xlsx', /(?:spreadsheetml|ms-excel)\.[\w.]+\.main\+xml/i, 'xl/workbook.xml'],
];

/** Null if it is no Office file. @throws ExtractError */
export async function ooxmlKind(zip: ZipArchive): Promise<OoxmlKind | null> {
  const types = await zip.read('[Content_Types].xml');
  const text = types ? Buffer.from(types).toString('utf8') : '';
  const found = mainTypes.find(([, pattern, part]) => pattern.test(text) || zip.has(part));
  return found?.[0] ?? null;
}

/** Name of the part that the file is about. @throws ExtractError if there is none */
export async function mainPart(zip: ZipArchive, usual: string): Promise<string> {
  const root = await readRelationships(zip, '');
  const named = root.find(({ type, target }) => type === 'officeDocument' && zip.has(target))?.target;
  const name = named ?? (zip.has(usual) ? usual : undefined);
  return name ?? failDamaged('It is damaged: its main part is missing.');
}

/** Those of one part, in the order of the file; none if it has no relationships. @throws ExtractError */
export async function readRelationships(zip: ZipArchive, part: string): Promise<readonly Relationship[]> {
  const slash = part.lastIndexOf('/');
  const name = `${part.slice(0, slash + 1)}_rels/${part.slice(slash + 1)}.rels`;
  const bytes = await zip.read(name);
  if (!bytes) return [];
  const found: Relationship[] = [];
  readXml(bytes, name, {
    open: (element, attributes) => {
      if (element !== 'Relationship') return;
      const type = attributes['Type'] ?? '';
      const isExternal = attribute(attributes, 'TargetMode') === 'External';
      found.push({
        id: attributes['Id'] ?? '',
        type: type.slice(type.lastIndexOf('/') + 1),
        target: isExternal ? '' : resolvePart(part, attributes['Target'] ?? ''),
      });
    },
  });
  return found;
}

/** A target as written beside `part` → the part's name. It cannot leave the archive: it is only looked up there. */
export function resolvePart(part: string, target: string): string {
  const written = target.replaceAll('\\', '/');
  const base = written.startsWith('/') ? [] : part.split('/').slice(0, -1);
  for (const step of written.split('/')) {
    if (step === '..') base.pop();
    else if (step !== '.' && step !== '') base.push(step);
  }
  return base.join('/');
}

/** A part that must be there. @throws ExtractError */
export async function readPart(zip: ZipArchive, name: string): Promise<Uint8Array> {
  return (await zip.read(name)) ?? failDamaged(`It is damaged: its part ${name} is missing.`);
}
