/**
 * The files of a workspace and everything that is left out of it, each with its reason: what git would show, and what
 * the user adds or takes away (`walk-rules.ts` has the order). With git its own listing decides what git shows; without
 * it the same files are read by hand, with an equal result. Every entry on the disk is in the result once: as a file,
 * as an excluded file or link, or inside an excluded folder. Submodules and other repositories inside are read with
 * their own rules; files that a sparse checkout leaves out are not on the disk and so are no files. A root that lies
 * inside another root is walked by both, for itself.
 */
import { join } from 'node:path';
import type { ExcludedEntry } from '../index/index-store';
import type { FileStat } from '../platform/ports';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { sortInTurns } from '../util/sort-in-turns';
import { followLinks } from './follow-links';
import { readLayer, type IgnoreLayer } from './ignore-layers';
import { IgnoreRules } from './ignore-rules';
import { openNestedRepository, openRootRepository, type Repository, type RepositoryParts } from './repository';
import { decide, type Exclusion, type FolderState, type Verdict, type WalkSettings } from './walk-rules';
import { toByteText } from './wildmatch';

export interface WalkOptions extends RepositoryParts {
  /** Patterns in gitignore syntax; `include` adds back what is ignored. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export interface WalkedFile {
  /** Relative to the root, with forward slashes. */
  readonly path: string;
  /** Where it is read: the same path, but for a file behind a link that was followed. */
  readonly realPath: string;
}

export interface WalkResult {
  /** Plain files, sorted by path. */
  readonly files: readonly WalkedFile[];
  /** Sorted by path; an excluded folder is one entry, whatever it holds. */
  readonly excluded: readonly ExcludedEntry[];
}

/** @throws FileError when the root cannot be read; a folder below that cannot be read is an excluded entry. */
export async function walkWorkspace(asked: WalkOptions): Promise<WalkResult> {
  const options = { ...asked, root: await asked.fileSystem.realPath(asked.root) };
  await options.fileSystem.listFolder(options.root);
  const repository = await openRootRepository(options);
  const walk = new Walk(options, repository.foldCase);
  await walk.readTree(rootState(repository));
  await followLinks(walk, options);
  const { signal } = options;
  return {
    files: await sortInTurns(walk.files, ({ path }) => path, signal),
    excluded: await sortInTurns(walk.excluded, ({ path }) => path, signal),
  };
}

/** A visible link: what it leads to is looked at when everything else is walked. */
export interface FoundLink {
  readonly path: string;
  readonly folder: FolderState;
  readonly addedBy: Verdict['addedBy'];
}

type FolderEntry = Awaited<ReturnType<RepositoryParts['fileSystem']['listFolder']>>[number];
/** Names that are no UTF-8 come as this character and can be opened by no one. */
const replacement = '\uFFFD';
/** Time that one turn may take, in milliseconds, before other work on this thread has its own. */
const turnMs = 10;
const entriesEachLook = 32;
/** Folders listed at the same time. */
const listedAhead = 8;

export class Walk {
  readonly files: WalkedFile[] = [];
  readonly excluded: ExcludedEntry[] = [];
  readonly links: FoundLink[] = [];
  /** Real paths, with a slash, of the folders that are read in full. */
  readonly readFolders = new Set<string>();
  /** Paths that a `.longfoldignore` or a setting left out: no link brings them back. */
  readonly refused = new Set<string>();
  /** Real paths of files, once links are followed: each is read once. */
  knownFiles: Set<string> | undefined;
  readonly #settings: WalkSettings;
  #turnStartMs = performance.now();

  constructor(
    private readonly options: WalkOptions,
    foldCase: boolean,
  ) {
    this.#settings = {
      include: IgnoreRules.ofPatterns('longfold.index.include', options.include, foldCase),
      exclude: IgnoreRules.ofPatterns('longfold.index.exclude', options.exclude, foldCase),
    };
  }

  /** Reads a folder and all below it that is not left out. */
  async readTree(start: FolderState): Promise<void> {
    const waiting: FolderState[] = [start];
    while (waiting.length > 0) {
      throwIfCancelled(this.options.signal);
      const group = waiting.splice(-listedAhead);
      const listings = await Promise.all(group.map((folder) => this.#list(folder)));
      for (const [idx, folder] of group.entries()) {
        const entries = listings[idx];
        if (entries) for (const below of await this.#readFolder(folder, entries)) waiting.push(below);
      }
    }
  }

  exclude(path: string, reason: string, rule: Exclusion['rule'] = null): void {
    // A rule of the matcher knows more than the ledger is told.
    const told = rule && { file: rule.file, line: rule.line, pattern: rule.pattern };
    this.excluded.push({ path, reason, rule: told });
  }

  async #list(folder: FolderState): Promise<readonly FolderEntry[] | null> {
    const { fileSystem, root } = this.options;
    try {
      return await fileSystem.listFolder(join(root, folder.realPath));
    } catch (error) {
      // The root was readable at the start of the walk.
      if (folder.path !== '') this.exclude(folder.path, errorMessage(error));
      return null;
    }
  }

  async #readFolder(listed: FolderState, entries: readonly FolderEntry[]): Promise<FolderState[]> {
    const folder = await this.#withOwnRules(listed, entries);
    if (folder.exclusion === null) this.readFolders.add(folder.realPath);
    const below: FolderState[] = [];
    for (const [idx, entry] of entries.entries()) {
      const child = this.#readEntry(folder, entry);
      if (child) below.push(child);
      if (idx % entriesEachLook === 0) await this.#takeTurns();
    }
    return below;
  }

  /** The state of the folder if this entry is one and is to be read. */
  #readEntry(folder: FolderState, { name, kind }: FolderEntry): FolderState | null {
    const shown = folder.path + name;
    const byteName = toByteText(name);
    const isFolder = kind === 'folder';
    const path = folder.bytes + byteName;
    const verdict = decide(this.#settings, folder, { shown, path, name: byteName, isFolder });
    const { exclusion } = verdict;
    if (exclusion?.by === 'ignoreFile' || exclusion?.by === 'setting') this.refused.add(folder.realPath + name);
    if (isFolder && verdict.enter) {
      const realPath = `${folder.realPath}${name}/`;
      if (folder.path !== folder.realPath && this.readFolders.has(realPath)) {
        this.exclude(`${shown}/`, `It is read as ${realPath}.`);
        return null;
      }
      return {
        ...folder,
        path: `${shown}/`,
        bytes: `${path}/`,
        realPath,
        exclusion,
        addedBy: verdict.addedBy,
        isBeyondGit: folder.isBeyondGit || verdict.addedBy !== null,
      };
    }
    if (exclusion) this.exclude(isFolder ? `${shown}/` : shown, exclusion.reason, exclusion.rule);
    else this.#keep(folder, name, kind, verdict.addedBy);
    return null;
  }

  #keep(folder: FolderState, name: string, kind: FileStat['kind'], addedBy: Verdict['addedBy']): void {
    const path = folder.path + name;
    const realPath = folder.realPath + name;
    if (kind === 'link') this.links.push({ path, folder, addedBy });
    else if (kind === 'other') this.exclude(path, 'It is not a plain file.');
    else if (name.includes(replacement)) this.exclude(path, 'Its name is not valid UTF-8.');
    else if (this.knownFiles?.has(realPath)) this.exclude(path, `It is read as ${realPath}.`);
    else {
      this.files.push({ path, realPath });
      this.knownFiles?.add(realPath);
    }
  }

  /** The rules that stand in the folder itself, and the repository that begins there. */
  async #withOwnRules(folder: FolderState, entries: readonly FolderEntry[]): Promise<FolderState> {
    const kindOf = (name: string): FileStat['kind'] | undefined => entries.find((entry) => entry.name === name)?.kind;
    const isPlain = folder.exclusion === null && folder.addedBy === null;
    const nested =
      isPlain && folder.path !== '' && kindOf('.git') !== undefined
        ? await openNestedRepository(this.options, folder.realPath, folder.path)
        : null;
    const repository = nested ?? folder.repository;
    const gitLayers = nested ? nested.layers : folder.gitLayers;
    // Git reads no ignore file through a link, and none in a folder that it ignores.
    const hasRules = isPlain && kindOf('.gitignore') === 'file';
    const own = kindOf('.longfoldignore') === 'file';
    return {
      ...folder,
      repository,
      gitLayers: hasRules ? await this.#addLayer(folder, repository, gitLayers, '.gitignore') : gitLayers,
      ownLayers: own ? await this.#addLayer(folder, repository, folder.ownLayers, '.longfoldignore') : folder.ownLayers,
    };
  }

  async #addLayer(
    folder: FolderState,
    { foldCase }: Repository,
    layers: readonly IgnoreLayer[],
    name: string,
  ): Promise<readonly IgnoreLayer[]> {
    const { root } = this.options;
    const place = { cut: folder.bytes.length, above: '' };
    const layer = await readLayer({ ...this.options, foldCase }, join(root, folder.realPath, name), place);
    return layer ? [...layers, layer] : layers;
  }

  async #takeTurns(): Promise<void> {
    if (performance.now() - this.#turnStartMs < turnMs) return;
    await yieldToLoop();
    throwIfCancelled(this.options.signal);
    this.#turnStartMs = performance.now();
  }
}

function rootState(repository: Repository): FolderState {
  const { ignoredBy } = repository;
  return {
    path: '',
    bytes: '',
    realPath: '',
    repository,
    gitLayers: repository.layers,
    ownLayers: [],
    exclusion: ignoredBy && { by: 'git', reason: 'Git ignores it.', rule: ignoredBy },
    addedBy: null,
    isBeyondGit: false,
  };
}
