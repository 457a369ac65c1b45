/** The built trace page in a real browser: steps, marks, forks, and that hostile text stays text. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { englishStrings } from '../../protocol/webview-strings';
import { renderTraceHtml } from '../../server/src/trace/trace-html';
import { sampleEvents } from '../unit/media/sample-trace';
import { hostile, shotFile, themes } from './chat-page';
import { launchBrowser, openWebviewPage } from './webview-page';

const root = join(import.meta.dirname, '..', '..');
const editor = { width: 1100, height: 1500 };

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test('shows the steps, dims dropped text, marks memory lines, and opens a place by message', async () => {
  for (const [name, theme] of themes) {
    const view = await openWebviewPage(browser, 'trace', { size: editor, theme });
    await view.send({ kind: 'snapshot', strings: englishStrings, language: 'en', events: sampleEvents() });
    await view.page.waitForSelector('.event');
    await view.page.screenshot({ path: shotFile(`trace-${name}`) });
    if (name === 'light') continue;
    const { page, posted } = view;
    expect(await page.locator('.kept').innerText()).toBe('A failing job is tried four times.');
    expect((await page.locator('.dropped').innerText()).trim()).toBe('After that it goes to the dead jobs.');
    expect(await page.locator('.line.added .line-text').allInnerTexts()).toEqual([
      'Jobs are tried four times.',
      'Find where dead jobs go.',
    ]);
    expect(await page.locator('.line.removed .line-text').allInnerTexts()).toEqual(['Jobs may fail.']);
    expect(await page.locator('.fold .problem').innerText()).toBe('The reply had no memory block.');
    await page.locator('.passage .place').click();
    expect(JSON.stringify((await posted()).at(-1))).toContain('"kind":"openSource"');
    await page.locator('.tools input').check();
    expect(await page.locator('.dropped').evaluate((node) => getComputedStyle(node).fontSize)).toBe('0px');
  }
});

test('marks cited words that moved or are gone, and takes the marks away again', async () => {
  const { page, send } = await openWebviewPage(browser, 'trace', { size: editor });
  const cited = { path: 'docs/retries.md', start: 33, end: 43 };
  await send({ kind: 'snapshot', strings: englishStrings, language: 'en', events: sampleEvents() });
  const marks = page.locator('.anchor:visible');
  await page.locator('.citations .verified').waitFor();
  expect(await marks.count()).toBe(0);
  await send({ kind: 'citedPlaces', places: [{ ...cited, line: 7 }] });
  expect(await marks.allInnerTexts()).toEqual(['⚠ now on line 7']);
  await send({ kind: 'citedPlaces', places: [{ ...cited, line: null }] });
  expect(await marks.allInnerTexts()).toEqual(['⚠ no longer in the file']);
  // A block that is drawn later has its marks, too.
  const operands = [{ ...cited, name: 'a', text: '4', startLine: 3, endLine: 3, spanId: 'S1' }];
  const fact = { form: 'expression', calculation: 'a + a', result: '8', operands, operandCount: 1 } as const;
  const computed = { kind: 'numberComputed', attempt: 1, problem: null, ...fact, seq: 50, atMs: 50 };
  await send({ kind: 'append', events: [computed] });
  await page.locator('.numberComputed summary').click();
  await expect.poll(() => marks.count()).toBe(2);
  await send({ kind: 'citedPlaces', places: [] });
  expect(await marks.count()).toBe(0);
});

test('a step of a kept trace can be changed and gone on from', async () => {
  const { page, posted, send } = await openWebviewPage(browser, 'trace', { size: editor });
  await send({ kind: 'snapshot', strings: englishStrings, language: 'en', events: sampleEvents(), canFork: true });
  const fork = page.locator('.fork').first();
  await fork.locator('summary').click();
  expect(await fork.locator('textarea').first().inputValue()).toBe('Jobs are tried four times. [S1]');
  await fork.locator('textarea').first().fill('Jobs are tried five times. [S1]');
  await fork.getByRole('button', { name: 'Go On' }).click();
  const expected = { step: 1, memory: 'Jobs are tried five times. [S1]', plan: 'Find where dead jobs go.' };
  expect((await posted()).at(-1)).toEqual({ kind: 'fork', ...expected });
});

test('a hostile file stays text on the stand-alone page, which has no links and loads nothing', async () => {
  const html = renderTraceHtml({
    events: sampleEvents({ fileText: hostile, reply: hostile }),
    script: readFileSync(join(root, 'dist/media/trace.js'), 'utf8'),
    style: readFileSync(join(root, 'dist/media/trace.css'), 'utf8'),
    title: 'Trace',
  });
  const file = join(tmpdir(), `longfold-trace-${process.pid}.html`);
  writeFileSync(file, html);
  for (const colorScheme of ['dark', 'light'] as const) {
    const page = await browser.newPage({ viewport: editor, colorScheme });
    const escapes: string[] = [];
    page.on('request', (request) => request.url().startsWith('file:') || escapes.push(request.url()));
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => escapes.push('dialog')));
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('.passage');
    await page.screenshot({ path: shotFile(`trace-page-${colorScheme}`) });
    expect(await page.locator('.passage-text').evaluate((node) => node.textContent)).toBe(hostile);
    expect(await page.locator('.text').evaluate((node) => node.textContent)).toBe(hostile);
    expect(await page.locator('#app a, #app img, #app iframe, #app svg, #app script, .place.link').count()).toBe(0);
    expect(escapes).toEqual([]);
  }
});

test('a passage of 10,000 lines is on the page within three seconds', async () => {
  const fileText = Array.from({ length: 10_000 }, (_, idx) => `line ${idx} of a long file`).join('\n');
  const view = await openWebviewPage(browser, 'trace', { size: editor });
  const startedMs = performance.now();
  await view.send({ kind: 'snapshot', strings: englishStrings, language: 'en', events: sampleEvents({ fileText }) });
  await view.page.waitForSelector('.passage');
  await view.page.locator('.passage').evaluate((node) => node.scrollIntoView());
  expect(performance.now() - startedMs).toBeLessThan(3000);
});
