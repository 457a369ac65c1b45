/** What the user adds and takes away: `.longfoldignore`, `index.include`, `index.exclude`. */
import { describe, expect, it } from 'vitest';
import { repository, see } from './walk-fixture';
import { git, writeFiles, type Files } from './workspace-fixture';

describe('what the user says', () => {
  const vendored: Files = {
    '.gitignore': 'node_modules/\nbuild/\n*.gen\ndist/\n',
    'a.md': '1',
    'build/api/api.h': '1',
    'build/api/deep/x.gen': '1',
    'build/other/o.h': '1',
    'node_modules/@acme/api/dist/index.d.ts': '1',
    'node_modules/@acme/api/node_modules/dep/i.js': '1',
    'node_modules/@acme/other/i.js': '1',
    'node_modules/left/i.js': '1',
  };

  it('in a .longfoldignore adds folders back, with all that is in them', async () => {
    await using folder = await repository({
      ...vendored,
      '.longfoldignore': '!node_modules/@acme/api/\n!/build/**/*.h\n',
    });
    expect(await see(folder.path)).toEqual({
      files: [
        '.gitignore',
        '.longfoldignore',
        'a.md',
        'build/api/api.h',
        'build/other/o.h',
        'node_modules/@acme/api/dist/index.d.ts',
      ],
      out: [
        'build/api/deep/x.gen  .gitignore:2:build/',
        'node_modules/@acme/api/node_modules/  .gitignore:1:node_modules/',
        'node_modules/@acme/other/  .gitignore:1:node_modules/',
        'node_modules/left/  .gitignore:1:node_modules/',
      ],
    });
  });

  it('in a .longfoldignore leaves out what is tracked, anywhere, and is obeyed first', async () => {
    await using folder = await repository({
      'src/a.ts': '1',
      'src/a.snap': '1',
      'src/keep.snap': '1',
      'src/.longfoldignore': '*.snap\n!keep.snap\n',
      'old/b.ts': '1',
      '.longfoldignore': 'old\n',
    });
    git(folder.path, 'add', '-A');
    const seen = await see(folder.path, { include: ['old/b.ts', '*.snap'], exclude: ['keep.snap'] });
    expect(seen).toEqual({
      files: ['.longfoldignore', 'src/.longfoldignore', 'src/a.ts', 'src/keep.snap'],
      out: ['old/  .longfoldignore:1:old', 'src/a.snap  src/.longfoldignore:1:*.snap'],
    });
  });

  it('in index.include wins over git and index.exclude, and reaches into what they leave out', async () => {
    await using folder = await repository({ ...vendored, '.longfoldignore': 'build/api/deep/\n!/build/other/' });
    const options = { include: ['build/', 'docs/api/*.md'], exclude: ['*.h', 'docs'] };
    await writeFiles(folder.path, { 'docs/api/x.md': '1', 'docs/y.md': '1', 'docs/api/z.txt': '1', 'c.h': '1' });
    expect(await see(folder.path, options)).toEqual({
      files: ['.gitignore', '.longfoldignore', 'a.md', 'build/api/api.h', 'build/other/o.h', 'docs/api/x.md'],
      out: [
        'build/api/deep/  .longfoldignore:1:build/api/deep/',
        'c.h  longfold.index.exclude:1:*.h',
        'docs/api/z.txt  longfold.index.exclude:2:docs',
        'docs/y.md  longfold.index.exclude:2:docs',
        'node_modules/  .gitignore:1:node_modules/',
      ],
    });
    const excludeOnly = await see(folder.path, { exclude: ['*.h'] });
    expect(excludeOnly.out).toContain('build/other/o.h  longfold.index.exclude:1:*.h');
  });

  it('is not needed for packages: they are left out unless git knows better', async () => {
    await using folder = await repository({
      'node_modules/a/i.js': '1',
      'kept/node_modules/b/i.js': '1',
      'kept/.gitignore': '!node_modules\n',
      'web/node_modules/c/i.js': '1',
    });
    git(folder.path, 'add', 'web/node_modules/c/i.js');
    expect(await see(folder.path)).toEqual({
      files: ['kept/.gitignore', 'kept/node_modules/b/i.js', 'web/node_modules/c/i.js'],
      out: ['node_modules/  Folders named node_modules are left out by default.'],
    });
    expect((await see(folder.path, { include: ['node_modules/a/'] })).files).toContain('node_modules/a/i.js');
  });
});
