/** The built chat and trace pages in a real browser: what they show, what a click says, and that hostile text stays text. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyEvents, createTurn, finishTurn } from '../../extension/src/chat/conversation';
import type { Turn } from '../../protocol/conversation';
import type { ToChat } from '../../protocol/webview-messages';
import { englishStrings } from '../../protocol/webview-strings';
import { renderTraceHtml } from '../../server/src/trace/trace-html';
import { attacks } from '../unit/answer/injection-attacks';
import { sampleEvents, sampleResult } from '../unit/media/sample-trace';
import { darkTheme, launchBrowser, lightTheme, openWebviewPage, type WebviewPage } from './webview-page';

const root = join(import.meta.dirname, '..', '..');
const shots = join(root, 'test-results', 'webviews');
const sideBar = { width: 380, height: 1000 };
const editor = { width: 1100, height: 1500 };
const hostile = [
  '<script>alert(1)</script>',
  '<img src="http://evil.test/x.png" onerror="alert(2)">',
  '[a](javascript:alert(3)) [b](http://evil.test/) [c](command:workbench.action.quit)',
  '![d](http://evil.test/y.png) <http://evil.test/z>',
  '<svg onload=alert(4)><iframe src="http://evil.test"></iframe>',
  '</script></style><b onclick="alert(5)">e</b>',
].join('\n\n');

let browser: Browser;
beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  browser = await launchBrowser();
});
afterAll(() => browser.close());

const newTurn = createTurn({
  id: 't1',
  question: 'How often is a job tried?',
  workspaceUri: 'file:///w',
  workspaceName: 'w',
  options: {},
  selection: null,
});
const finished = finishTurn(applyEvents(newTurn, sampleEvents()), sampleResult());

function snapshot(turns: readonly Turn[]): ToChat {
  return {
    kind: 'snapshot',
    revision: 1,
    strings: englishStrings,
    language: 'en',
    surroundings: { canAsk: true, notice: null, noticeAction: null, askedFolders: null },
    conversation: { turns },
  };
}

async function openChat(turns: readonly Turn[], theme = darkTheme): Promise<WebviewPage> {
  const view = await openWebviewPage(browser, 'chat', { size: sideBar, theme });
  await view.send(snapshot(turns));
  await view.page.waitForFunction((count) => document.querySelectorAll('.turn').length === count, turns.length);
  return view;
}

describe('the chat page', () => {
  test('shows a finished turn, and a verified citation opens its exact place while a failed one is no link', async () => {
    for (const [name, theme] of [
      ['dark', darkTheme],
      ['light', lightTheme],
    ] as const) {
      const { page } = await openChat([finished], theme);
      await page.screenshot({ path: join(shots, `chat-${name}.png`) });
    }
    const { page, posted } = await openChat([finished]);
    expect(await page.locator('.markdown').innerText()).toBe(
      'It is tried "four times" ✓ S1, then "never again" ⚠ S1. (The quoted words are not in S1.)',
    );
    expect(await page.locator('.markdown s.claim.struck').count()).toBe(1);
    await page.locator('.markdown .mark.verified').click();
    const range = { path: 'docs/retries.md', start: 33, end: 43, startLine: 3, endLine: 3 };
    expect((await posted()).at(-1)).toEqual({ kind: 'openSource', turnId: 't1', range });
    expect(await page.locator('.mark.failed').evaluate((node) => node.tagName)).toBe('SPAN');
    expect(await page.locator('.mark.failed').getAttribute('aria-label')).toContain('These words are not in S1.');
    expect(await page.locator('.figures').innerText()).toContain('kept 40 of 400 tokens read (10%)');
  });

  test('streams: hits, evidence, answer, each in its place', async () => {
    const { page, send } = await openChat([]);
    await page.screenshot({ path: join(shots, 'chat-empty.png') });
    let revision = 1;
    await send({ kind: 'turnAdded', revision: ++revision, turn: newTurn });
    const steps: string[] = [];
    let turn = newTurn;
    for (const event of sampleEvents()) {
      turn = applyEvents(turn, [event]);
      await send({ kind: 'turnChanged', revision: ++revision, turnId: 't1', change: turn });
      steps.push(await page.locator('.step.active').innerText());
    }
    expect([...new Set(steps)]).toEqual([
      'Searching',
      'Searched: 2 hits',
      'Reading: 1 of 2 passages',
      'Reading: 1 of 1 passages',
      'To read: 2 chunks, 900 tokens, 2 steps, about 2 min',
      'Folding: step 1 of 2 · 1 of 2 chunks read · about 2 min left',
      'Folding: step 2 of 2, 1 skipped · 2 of 2 chunks read · about 2 min left',
      'Writing the answer',
      'Checking the citations',
    ]);
    expect(await page.locator('.stop').isVisible()).toBe(true);
    expect(await page.locator('.evidence .quote').innerText()).toBe('A failing job is tried four times.');
  });

  test('a follow-up says how it was understood, and how much of the last answer was read again', async () => {
    const events = sampleEvents().map((event) => {
      if (event.kind === 'questionAsked') return { ...event, standalone: 'And why? (job)' };
      if (event.kind !== 'retrievalFinished') return event;
      return {
        ...event,
        hits: [...event.hits, ...event.hits.map((hit) => ({ ...hit, sources: ['previous'] as const }))],
      };
    });
    const { page } = await openChat([applyEvents(newTurn, events)]);
    const [first, second] = await page.locator('.steps li').allInnerTexts();
    expect([first, second]).toEqual([
      'Understood as: And why? (job) · places of the last answer read again: 2',
      'Searched: 2 hits',
    ]);
  });

  test('a fold shows what it knows and is steered; one that broke off goes on', async () => {
    const events = sampleEvents();
    const until = (kind: string, from = 0): number =>
      events.findIndex((event, idx) => idx >= from && event.kind === kind);
    const paused = until('runSteered') + 1;
    const turn = applyEvents(newTurn, events.slice(0, paused));
    const { page, posted, send } = await openChat([turn]);
    // The view draws a moment after a message came.
    await page.locator('.known li').first().waitFor();
    expect(await page.locator('.known li').allInnerTexts()).toEqual(['Jobs are tried four times. S1']);
    expect(await page.locator('.steps').innerText()).toContain('Paused');
    await page.getByRole('button', { name: 'Answer Now' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    expect((await posted()).slice(1)).toEqual([
      { kind: 'steer', turnId: 't1', action: 'answerNow' },
      { kind: 'steer', turnId: 't1', action: 'resume' },
    ]);
    await send({
      kind: 'turnChanged',
      revision: 2,
      turnId: 't1',
      // Whether one folder was asked or several.
      change: { ...turn, roots: [{ name: 'w', path: '/w' }], isPaused: false, state: 'interrupted' },
    });
    await page.getByRole('button', { name: 'Answer Now' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Go On' }).click();
    expect((await posted()).at(-1)).toEqual({ kind: 'goOn', turnId: 't1' });
    // What was answered is at its end.
    await send({ kind: 'turnChanged', revision: 3, turnId: 't1', change: { state: 'answered' } });
    await page.getByRole('button', { name: 'Go On' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Ask Again' }).isVisible()).toBe(true);
  });

  test('what was computed stands below the answer, and each number of it opens its place', async () => {
    const cell = { path: 'fleet.xlsx', start: 30, end: 32, startLine: 3, endLine: 3 };
    const operands = [
      { ...cell, name: 'a', text: '60', spanId: 'S1', path: 'boats.csv' },
      { ...cell, name: 'b', text: '73', spanId: null, place: { kind: 'cell', sheet: 'Fleet', range: 'B4' } },
    ] as const;
    const fact = { form: 'expression', calculation: 'a + b', result: '133', operands, operandCount: 5 } as const;
    const event = { kind: 'numberComputed', attempt: 1, problem: null, ...fact, seq: 50, atMs: 50 } as const;
    for (const [name, theme] of [
      ['dark', darkTheme],
      ['light', lightTheme],
    ] as const) {
      const shown = await openChat([applyEvents(finished, [event])], theme);
      await shown.page.locator('.computed').screenshot({ path: join(shots, `computed-${name}.png`) });
    }
    const { page, posted } = await openChat([applyEvents(finished, [event])]);
    expect(await page.locator('.citations summary').innerText()).toBe('Citations: 1 verified, 1 failed');
    expect(await page.locator('.computed').innerText()).toBe(
      'Computed exactly from 5 numbers\na + b\n= 133\nboats.csv:3 a = 60\nfleet.xlsx (Fleet!B4) b = 73\nand 3 more cells',
    );
    await page.locator('.computed .place').nth(1).press('Enter');
    const range = { ...cell, place: operands[1].place };
    expect((await posted()).at(-1)).toEqual({ kind: 'openSource', turnId: 't1', range });
  });

  test('Enter sends, Shift+Enter starts a new line, an empty question is not sent', async () => {
    const { page, posted } = await openChat([]);
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
    const { page, posted, send } = await openChat([]);
    const folders = page.locator('.folders');
    expect(await folders.isVisible()).toBe(false);
    const askedFolders = { label: 'Asks 1 of 2 folders: <b>web</b>', title: 'web' };
    const surroundings = { canAsk: true, notice: null, noticeAction: null, askedFolders };
    await send({ kind: 'surroundingsChanged', revision: 2, surroundings });
    expect(await folders.innerText()).toBe(askedFolders.label);
    await folders.click();
    expect((await posted()).at(-1)).toEqual({ kind: 'chooseFolders' });
    await send({ kind: 'surroundingsChanged', revision: 3, surroundings: { ...surroundings, askedFolders: null } });
    expect(await folders.isVisible()).toBe(false);
  });

  test('what is read in the mode "Read everything" is chosen, shown as chips, taken away by keys, and sent', async () => {
    const chosen = ['docs/', 'src/a.ts', '<b>x</b>.md'].map((label) => ({
      folderUri: 'file:///w',
      path: label.replace(/\/$/, ''),
      label,
    }));
    for (const [name, theme] of [
      ['dark', darkTheme],
      ['light', lightTheme],
    ] as const) {
      const shown = await openChat([], theme);
      await shown.page.getByLabel('How to answer').selectOption('everything');
      await shown.send({ kind: 'pathsChosen', chosen });
      await shown.page.locator('.chip').first().waitFor();
      await shown.page.locator('form.input').screenshot({ path: join(shots, `chosen-${name}.png`) });
    }
    const { page, posted, send } = await openChat([]);
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

  test('a question that read only what was chosen says so', async () => {
    const { page } = await openChat([{ ...finished, options: { mode: 'everything', paths: ['docs', 'a.md'] } }]);
    expect(await page.locator('.scope').innerText()).toBe('Reads docs, a.md');
  });

  test('asks for a snapshot again when a change was missed', async () => {
    const { page, posted, send } = await openChat([finished]);
    await send({ kind: 'turnChanged', revision: 5, turnId: 't1', change: { answer: 'x' } });
    await page.waitForFunction('window.posted.length === 2');
    expect(await posted()).toEqual([{ kind: 'ready' }, { kind: 'ready' }]);
  });

  test('renders a hostile answer without running, loading or linking anything', async () => {
    const { page, escapes } = await openChat([{ ...finished, answer: hostile }]);
    await page.waitForTimeout(200);
    const tags = await page
      .locator('.markdown *')
      .evaluateAll((nodes) => [
        ...new Set(
          nodes.map((node) => `${node.tagName}${[...node.attributes].map((item) => `[${item.name}]`).join('')}`),
        ),
      ]);
    expect(tags).toEqual(['P']);
    expect(await page.locator('.markdown').innerText()).toContain('<script>alert(1)</script>');
    expect(escapes).toEqual([]);
  });
});

describe('the trace page', () => {
  test('shows the steps, dims dropped text, marks memory lines, and opens a place by message', async () => {
    for (const [name, theme] of [
      ['dark', darkTheme],
      ['light', lightTheme],
    ] as const) {
      const view = await openWebviewPage(browser, 'trace', { size: editor, theme });
      await view.send({ kind: 'snapshot', strings: englishStrings, language: 'en', events: sampleEvents() });
      await view.page.waitForSelector('.event');
      await view.page.screenshot({ path: join(shots, `trace-${name}.png`) });
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
      await page.screenshot({ path: join(shots, `trace-page-${colorScheme}.png`) });
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
});

test('no file that attacks makes a link, an image, a script or a request, as evidence or as an answer', async () => {
  const turns = attacks.map((attack, idx) => ({
    ...finished,
    id: `a${idx}`,
    question: attack.name,
    answer: attack.text,
    evidence: finished.evidence.map((span) => ({ ...span, text: attack.obeyed })),
    claims: [{ text: attack.text, start: 0, end: attack.text.length, status: 'struck', problem: attack.text, spanIds: [] } as const], // prettier-ignore
  }));
  const view = await openChat(turns);
  const requests: string[] = [];
  const dialogs: string[] = [];
  view.page.on('request', (request) => requests.push(request.url()));
  view.page.on('dialog', (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const active = await view.page.evaluate(() =>
    [...document.querySelectorAll('.turn a, .turn img, .turn script, .turn iframe, .turn svg, .turn math, .turn form, .turn [style], .turn [srcdoc]')].map((node) => node.outerHTML),
  ); // prettier-ignore
  expect(active).toEqual([]);
  const handlers = await view.page.evaluate(() =>
    [...document.querySelectorAll('.turn *')].flatMap((node) => node.getAttributeNames().filter((name) => name.startsWith('on') || name === 'href' || name === 'src')),
  ); // prettier-ignore
  expect(handlers).toEqual([]);
  expect({ requests, dialogs }).toEqual({ requests: [], dialogs: [] });
  await view.page.close();
});
