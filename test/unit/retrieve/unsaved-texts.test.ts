/** Unsaved texts over a real index: found as they stand on the screen, and gone with the file's own words when saved. */
import { describe, expect, it } from 'vitest';
import { chunkQuick } from '../../../server/src/chunk/chunk-quick';
import { UnsavedTexts } from '../../../server/src/retrieve/unsaved-texts';
import { openWorkspace } from '../workspace/workspace-fixture';

const files = {
  'ferry.md': '# Ferries\nThe harbour ferry sails at seven.\n',
  'other.md': '# Trains\nThe mountain train leaves at eight.\n',
  'lib/boat.js': 'export function launchBoat () { return 1 }\n',
};

describe('texts that are not saved', () => {
  it('are searched instead of what the index has of their files', async () => {
    await using workspace = await openWorkspace(files);
    await workspace.index();
    const unsaved = new UnsavedTexts(chunkQuick);
    const store = unsaved.over(workspace.store);
    const find = async (query: string): Promise<readonly string[]> =>
      (await store.searchText(query, 5)).map(({ path, text }) => `${path}: ${text}`);
    expect(await find('ferry')).toEqual(['ferry.md: # Ferries\nThe harbour ferry sails at seven.']);

    unsaved.set('ferry.md', 'Two cable cars climb the mountain.\n');
    expect(await find('ferry')).toEqual([]);
    expect(await find('cable car')).toEqual(['ferry.md: Two cable cars climb the mountain.']);
    expect((await find('mountain')).map((hit) => hit.split(':')[0]).sort()).toEqual(['ferry.md', 'other.md']);

    unsaved.set('ferry.md', null);
    expect(await find('cable car')).toEqual([]);
    expect(await find('ferry')).toHaveLength(1);
  });

  it('hide symbols whose places are no longer true, and give a path its new first lines', async () => {
    await using workspace = await openWorkspace(files);
    await workspace.index();
    const unsaved = new UnsavedTexts(chunkQuick);
    const store = unsaved.over(workspace.store);
    expect(await store.searchSymbols('launchBoat', 5)).toHaveLength(1);
    unsaved.set('lib/boat.js', '\n\nexport const nothing = 0\n');
    expect(await store.searchSymbols('launchBoat', 5)).toEqual([]);
    const [hit] = await store.searchPaths('boat', 5);
    expect(hit).toMatchObject({ path: 'lib/boat.js', startLine: 2, text: 'export const nothing = 0' });
  });

  it('stand in one order with saved ones: the one that says more of the query comes first', async () => {
    await using workspace = await openWorkspace(files);
    await workspace.index();
    const unsaved = new UnsavedTexts(chunkQuick);
    unsaved.set('new.md', 'The ferry is late.\n');
    const hits = await unsaved.over(workspace.store).searchText('harbour ferry seven', 5);
    expect(hits.map(({ path }) => path)).toEqual(['ferry.md', 'new.md']);
  });
});
