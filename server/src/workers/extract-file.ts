/**
 * Reads one file and makes its ledger row and content. A file that changes while it is read is read once more;
 * if it changes again its row says `pending` and what is indexed of it stays.
 */
import { createHash } from 'node:crypto';
import { lstat, readFile } from 'node:fs/promises';
import { chunkDocument } from '../chunk/chunk-document';
import { chunkQuick } from '../chunk/chunk-quick';
import type { Chunk } from '../chunk/chunk';
import type { StaticEmbedder } from '../embed/static-embedder';
import type { SyntaxParser } from '../chunk/syntax-parser';
import { estimateTokens } from '../chunk/text-measure';
import { extractDocument, type DocumentParts } from '../extract/extract-document';
import { maxDocumentBytes } from '../extract/extract-limits';
import { isDocumentName } from '../extract/format-of';
import { skipByName } from '../extract/skip-by-name';
import type { FileRecord, FileState } from '../index/index-store';
import { packContent } from '../index/pack-content';
import { packVectors } from '../index/pack-vectors';
import { errorCode, toFileError } from '../platform/file-error';
import type { FileStat } from '../platform/ports';
import { toFileStat } from '../platform/node-file-system';
import type { ExtractReply, ExtractRequest } from '../workspace/extractor';

/** What is asked of the disk; tests bring a file that changes or cannot be read. */
export interface FileSource {
  stat(path: string): Promise<FileStat>;
  readBytes(path: string): Promise<Uint8Array>;
}
export const nodeFileSource: FileSource = {
  stat: async (path) => toFileStat(await lstat(path)),
  readBytes: (path) => readFile(path),
};

export interface ExtractParts {
  readonly parser: SyntaxParser;
  readonly source: FileSource;
  readonly documents: DocumentParts;
  /** Null: no vectors are made. */
  readonly loadEmbedder: () => Promise<StaticEmbedder | null>;
}

type Facts = Pick<FileRecord, 'sizeBytes' | 'modifiedMs'>;
const noFacts: Facts = { sizeBytes: 0, modifiedMs: 0 };

export async function extractFile(request: ExtractRequest, parts: ExtractParts): Promise<ExtractReply> {
  const { source } = parts;
  let facts = noFacts;
  try {
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const before = await source.stat(request.absolutePath);
      facts = before;
      const early = skipUnread(request, before);
      if (early) return early;
      const bytes = await source.readBytes(request.absolutePath);
      const after = await source.stat(request.absolutePath);
      if (isSame(before, after) && bytes.length === after.sizeBytes) return await toReply(request, after, bytes, parts);
    }
    return rowOnly(request, 'pending', 'It changed while it was read; it is read again next time.', facts, null);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return { kind: 'gone' };
    // Without its time it is no known file, so it is tried again: a disk comes back, rights are given.
    const unknown = { ...facts, modifiedMs: 0 };
    return rowOnly(request, 'failed', toFileError(error, request.path).message, unknown, null);
  }
}

function skipUnread(request: ExtractRequest, stat: FileStat): ExtractReply | null {
  if (stat.kind === 'link')
    return rowOnly(request, 'skipped', 'It is a symbolic link; its target is read where it lies.', stat, null);
  if (stat.kind !== 'file') return rowOnly(request, 'skipped', 'It is not a plain file.', stat, null);
  const byName = skipByName(request.path);
  if (byName && stat.sizeBytes > 0) return rowOnly(request, 'skipped', byName.detail, stat, null);
  const isDocument = isDocumentName(request.path);
  const maxBytes = isDocument ? maxDocumentBytes : request.maxFileBytes;
  if (stat.sizeBytes <= maxBytes) return null;
  const [size, limit] = [stat.sizeBytes, maxBytes].map((bytes) => Math.ceil(bytes / 1024).toLocaleString('en'));
  const source = isDocument ? 'of documents' : '(longfold.index.maxFileKilobytes)';
  return rowOnly(request, 'skipped', `It has ${size} KB, more than the limit of ${limit} KB ${source}.`, stat, null);
}

async function toReply(
  request: ExtractRequest,
  facts: Facts,
  bytes: Uint8Array,
  { parser, loadEmbedder, documents }: ExtractParts,
): Promise<ExtractReply> {
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  if (contentHash === request.knownHash) return { kind: 'unchanged', facts: pickFacts(facts) };
  const outcome = await extractDocument(request.path, bytes, documents);
  if (outcome.kind === 'skipped') return rowOnly(request, 'skipped', outcome.detail, facts, contentHash);
  const { text, encoding, language } = outcome.document;
  // A document that has to be taken apart first is taken apart once.
  const isDeep = request.depth === 'symbols' || isDocumentName(request.path);
  const content = isDeep ? await chunkDocument(outcome.document, parser) : chunkQuick(outcome.document);
  const embedder = isDeep ? await loadEmbedder() : null;
  const vectors = embedder && embedChunks(embedder, text, content.chunks);
  // An indexed file may be so in part, or by a guess: its row says it.
  const found = [...outcome.problems, ...content.problems];
  const record: FileRecord = {
    ...row(request.path, 'indexed', found.length > 0 ? found.join(' ') : null, facts, contentHash),
    depth: isDeep ? 'symbols' : 'text',
    encoding,
    language,
    chunks: content.chunks.length,
    tokens: estimateTokens(text),
  };
  return {
    kind: 'update',
    update: { kind: 'content', record, bytes: packContent(outcome.document, content, vectors) },
    problems: found.map((problem) => `${request.path}: ${problem}`),
  };
}

/** A chunk's vector is that of its heading and text. */
function embedChunks(embedder: StaticEmbedder, text: string, chunks: readonly Chunk[]): Uint8Array {
  const { dimensions } = embedder;
  const bytes = new Int8Array(dimensions * chunks.length);
  chunks.forEach(({ startOffset, endOffset, heading, signature = '' }, place) => {
    const target = bytes.subarray(place * dimensions, (place + 1) * dimensions);
    embedder.embedInto(`${heading}\n${signature}\n${text.slice(startOffset, endOffset)}`, target);
  });
  return packVectors(bytes);
}

function isSame(before: FileStat, after: FileStat): boolean {
  return before.sizeBytes === after.sizeBytes && before.modifiedMs === after.modifiedMs && after.kind === 'file';
}

function rowOnly(
  request: ExtractRequest,
  state: FileState,
  reason: string,
  facts: Facts,
  hash: string | null,
): ExtractReply {
  return {
    kind: 'update',
    update: { kind: 'record', record: row(request.path, state, reason, facts, hash) },
    problems: [],
  };
}

function row(
  path: string,
  state: FileState,
  reason: string | null,
  facts: Facts,
  contentHash: string | null,
): FileRecord {
  return {
    path,
    state,
    reason,
    depth: null,
    ...pickFacts(facts),
    contentHash,
    encoding: null,
    language: null,
    chunks: 0,
    tokens: 0,
    seenMs: Date.now(),
  };
}

function pickFacts({ sizeBytes, modifiedMs }: Facts): Facts {
  return { sizeBytes, modifiedMs };
}
