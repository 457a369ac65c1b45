/**
 * Whether an entry of a folder belongs to the workspace. The first of these that says something decides:
 *
 * 1. `.git` is git's own data and never read.
 * 2. A pattern of a `.longfoldignore` leaves it out. The files may lie in any folder, with gitignore's syntax and order.
 * 3. The setting `index.include` adds it back.
 * 4. The setting `index.exclude` leaves it out.
 * 5. A pattern with `!` of a `.longfoldignore` adds it back.
 * 6. Git: what it tracks is in, what it ignores is out (`.gitignore`, `.git/info/exclude`, the user's ignore file).
 * 7. Folders of packages and of other version control systems (`defaultFolders`) are out, unless a rule of git has a
 *    `!` for them or git tracks something in them.
 *
 * What is said of a folder holds for all that is in it; what is added back brings everything below it, but for point 2,
 * for point 4 where point 5 added it, and for folders of point 7 that no pattern names. A pattern that adds back finds
 * things inside an excluded folder only when it holds a slash before its end (`!build/api/`, `vendor/**` + `/*.h`): else
 * every excluded folder would have to be read. A pattern that begins with `**` + `/` reads them all.
 */
import type { ExclusionRule } from '../index/index-store';
import { findRule, layersReachBelow, type IgnoreLayer } from './ignore-layers';
import type { AskedPath, IgnoreRule, IgnoreRules } from './ignore-rules';
import type { Repository } from './repository';

/** Folders that are no part of a workspace's own text. */
const defaultFolders = new Set(['.hg', '.svn', 'node_modules']);

export interface WalkSettings {
  readonly include: IgnoreRules;
  readonly exclude: IgnoreRules;
}

export interface Exclusion {
  readonly by: 'gitFolder' | 'ignoreFile' | 'setting' | 'git' | 'default';
  readonly reason: string;
  readonly rule: ExclusionRule | null;
}

/** What holds for the entries of one folder. */
export interface FolderState {
  /** As the walk names it: empty for the root, else with a slash at its end. */
  readonly path: string;
  /** `path` as bytes. */
  readonly bytes: string;
  /** Where it lies in truth below the root: another path than `path` behind a followed link. */
  readonly realPath: string;
  readonly repository: Repository;
  /** Rules of git, the weakest first. */
  readonly gitLayers: readonly IgnoreLayer[];
  readonly ownLayers: readonly IgnoreLayer[];
  /** It is left out, and read only for what is tracked or added back in it. */
  readonly exclusion: Exclusion | null;
  readonly addedBy: 'setting' | 'ignoreFile' | null;
  /** Git does not list what lies here (behind a link, or added back): the rules alone decide. */
  readonly isBeyondGit: boolean;
}

export interface AskedEntry extends AskedPath {
  /** The path of the walk; `path` and `name` are bytes. */
  readonly shown: string;
}

/** `enter`: the folder is to be read; with an exclusion only for what is tracked or added back in it. */
export interface Verdict {
  readonly exclusion: Exclusion | null;
  readonly addedBy: FolderState['addedBy'];
  readonly enter: boolean;
}

export function decide(settings: WalkSettings, folder: FolderState, entry: AskedEntry): Verdict {
  if (isGitFolder(folder, entry))
    return out({ by: 'gitFolder', reason: "It holds git's own data.", rule: null }, false);
  const own = findRule(folder.ownLayers, entry.path, entry.name, entry.isFolder);
  if (own && !own.isNegative) {
    return out({ by: 'ignoreFile', reason: 'A .longfoldignore leaves it out.', rule: own }, false);
  }
  const isDefault = entry.isFolder && defaultFolders.has(entry.shown.slice(folder.path.length));
  if (isPositive(settings.include.find(entry)) || (folder.addedBy === 'setting' && !isDefault)) return added('setting');
  const reaches = (): boolean => entry.isFolder && settings.include.reachesBelow(entry.path, 'positive');
  const bySetting = findSettingExclusion(settings, folder, entry);
  if (bySetting) return out(bySetting, reaches());
  if (own || (folder.addedBy === 'ignoreFile' && !isDefault)) return added('ignoreFile');
  const exclusion = findGitExclusion(folder, entry, isDefault);
  if (exclusion === null) return { exclusion: null, addedBy: null, enter: entry.isFolder };
  const isWanted = (): boolean =>
    (exclusion.by === 'git' && hasListedBelow(folder, entry)) ||
    reaches() ||
    layersReachBelow(folder.ownLayers, entry.path);
  return out(exclusion, entry.isFolder && isWanted());
}

const out = (exclusion: Exclusion, enter: boolean): Verdict => ({ exclusion, addedBy: null, enter });
const added = (addedBy: 'setting' | 'ignoreFile'): Verdict => ({ exclusion: null, addedBy, enter: true });
const isPositive = (rule: IgnoreRule | null): rule is IgnoreRule & { readonly isNegative: false } =>
  rule?.isNegative === false;

function isGitFolder({ repository }: FolderState, { name }: AskedEntry): boolean {
  return name === '.git' || (repository.foldCase && name.toLowerCase() === '.git');
}

function findSettingExclusion({ exclude }: WalkSettings, folder: FolderState, entry: AskedEntry): Exclusion | null {
  if (folder.exclusion?.by === 'setting') return folder.exclusion;
  const rule = exclude.find(entry);
  if (!isPositive(rule)) return null;
  return { by: 'setting', reason: 'The setting longfold.index.exclude leaves it out.', rule };
}

function findGitExclusion(folder: FolderState, entry: AskedEntry, isDefault: boolean): Exclusion | null {
  const { tracked, untracked } = folder.repository;
  if (!folder.isBeyondGit) {
    if (tracked.has(entry.shown)) return null;
    // Git's own word counts more than our reading of its rules.
    if (folder.exclusion?.by !== 'default' && untracked?.has(entry.shown) === true) return null;
  }
  if (folder.exclusion) return folder.exclusion;
  const rule = findRule(folder.gitLayers, entry.path, entry.name, entry.isFolder);
  if (isPositive(rule)) return { by: 'git', reason: 'Git ignores it.', rule };
  if (isDefault && rule === null && !tracked.hasBelow(entry.shown)) {
    const name = entry.shown.slice(folder.path.length);
    return { by: 'default', reason: `Folders named ${name} are left out by default.`, rule: null };
  }
  if (entry.isFolder || untracked === null || folder.isBeyondGit) return null;
  return { by: 'git', reason: 'Git does not list it.', rule: null };
}

function hasListedBelow({ repository, isBeyondGit }: FolderState, { shown }: AskedEntry): boolean {
  if (isBeyondGit) return false;
  return repository.tracked.hasBelow(shown) || repository.untracked?.hasBelow(shown) === true;
}
