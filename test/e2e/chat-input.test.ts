/** Where a question is written on the built chat page, in a real browser: keys, the folders asked, and what is chosen to be read. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { finished, openChat, shotFile, snapshot, themes } from './chat-page';
import { launchBrowser } from './webview-page';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test('Enter sends, Shift+Enter starts a new line, an empty question is not sent', async () => {
  const { page, posted } = await openChat(browser, []);
  const box = page.locator('textarea');
  await box.press('Enter');
  await box.pressSequentially('one');
  await box.press('Shift+Enter');
  await box.pressSequentially('two');
  await box.press('Enter');
  const asked = (await posted()).filter((message) => JSON.stringify(message).includes('"ask"'));
  expect(asked).toEqual([{ kind: 'ask', question: 'one\ntwo', options: {} }]);
  expect(await box.inputValue()).toBe('');
});

test('a window of several folders says which are asked, and a click chooses others', async () => {
  const { page, posted, send } = await openChat(browser, []);
  const folders = page.locator('.folders');
  expect(await folders.isVisible()).toBe(false);
  const askedFolders = { label: 'Asks 1 of 2 folders: <b>web</b>', title: 'web' };
  const surroundings = { canAsk: true, notice: null, noticeAction: null, askedFolders };
  await send({ kind: 'surroundingsChanged', revision: 2, surroundings });
  // The view draws a moment after a message came.
  await expect.poll(() => folders.isVisible()).toBe(true);
  expect(await folders.innerText()).toBe(askedFolders.label);
  await folders.click();
  expect((await posted()).at(-1)).toEqual({ kind: 'chooseFolders' });
  await send({ kind: 'surroundingsChanged', revision: 3, surroundings: { ...surroundings, askedFolders: null } });
  await expect.poll(() => folders.isVisible()).toBe(false);
});

test('what is read in the mode "Read everything" is chosen, shown as chips, taken away by keys, and sent', async () => {
  const chosen = ['docs/', 'src/a.ts', '<b>x</b>.md'].map((label) => ({
    folderUri: 'file:///w',
    path: label.replace(/\/$/, ''),
    label,
  }));
  for (const [name, theme] of themes) {
    const shown = await openChat(browser, [], theme);
    await shown.page.getByLabel('How to answer').selectOption('everything');
    await shown.send({ kind: 'pathsChosen', chosen });
    await shown.page.locator('.chip').first().waitFor();
    await shown.page.locator('form.input').screenshot({ path: shotFile(`chosen-${name}`) });
  }
  const { page, posted, send } = await openChat(browser, []);
  const choose = page.getByRole('button', { name: 'Choose files and folders' });
  expect(await choose.isVisible()).toBe(false);
  await page.getByLabel('How to answer').selectOption('everything');
  expect(await page.locator('.chosen').innerText()).toBe('Reads all files\nChoose files and folders');
  await choose.press('Enter');
  expect((await posted()).at(-1)).toEqual({ kind: 'choosePaths', chosen: [] });
  await send({ kind: 'pathsChosen', chosen });
  const chips = (): Promise<readonly string[]> => page.locator('.chip-label').allInnerTexts();
  await expect.poll(chips).toEqual(chosen.map(({ label }) => label));
  expect(await page.locator('.reads-all').isVisible()).toBe(false);
  // The keyboard is on the button again, and Tab leads to the chips.
  await page.keyboard.press('Tab');
  await page.keyboard.press('Delete');
  await page.keyboard.press('Backspace');
  await expect.poll(chips).toEqual(['<b>x</b>.md']);
  // What was chosen outlives the page.
  await send(snapshot([finished]));
  await page.locator('.turn').waitFor();
  await expect.poll(chips).toEqual(['<b>x</b>.md']);
  const box = page.locator('textarea');
  const ask = async (text: string): Promise<unknown> => {
    await box.fill(text);
    await box.press('Enter');
    return (await posted()).at(-1);
  };
  const asked = { kind: 'ask', question: 'one', options: { mode: 'everything' } };
  expect(await ask('one')).toEqual({ ...asked, chosen: chosen.slice(2) });
  await page.getByRole('button', { name: 'Remove <b>x</b>.md' }).press('Enter');
  expect(await choose.evaluate((node) => node === document.activeElement)).toBe(true);
  expect(await ask('one')).toEqual(asked);
  await send({ kind: 'pathsChosen', chosen });
  await page.getByLabel('How to answer').selectOption('single');
  expect(await choose.isVisible()).toBe(false);
  expect(await ask('one')).toEqual({ ...asked, options: { mode: 'single' } });
});
