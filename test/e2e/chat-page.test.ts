/** The built chat page in a real browser: what turns show, what a click says, and that hostile text stays text. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyEvents } from '../../extension/src/chat/conversation';
import { attacks } from '../unit/answer/injection-attacks';
import { sampleEvents } from '../unit/media/sample-trace';
import { finished, hostile, newTurn, openChat, shotFile, themes } from './chat-page';
import { launchBrowser } from './webview-page';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());

test('shows a finished turn, and a verified citation opens its exact place while a failed one is no link', async () => {
  for (const [name, theme] of themes) {
    const { page } = await openChat(browser, [finished], theme);
    await page.screenshot({ path: shotFile(`chat-${name}`) });
  }
  const { page, posted } = await openChat(browser, [finished]);
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
  const { page, send } = await openChat(browser, []);
  await page.screenshot({ path: shotFile('chat-empty') });
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
  const { page } = await openChat(browser, [applyEvents(newTurn, events)]);
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
  const { page, posted, send } = await openChat(browser, [turn]);
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
  for (const [name, theme] of themes) {
    const shown = await openChat(browser, [applyEvents(finished, [event])], theme);
    await shown.page.locator('.computed').screenshot({ path: shotFile(`computed-${name}`) });
  }
  const { page, posted } = await openChat(browser, [applyEvents(finished, [event])]);
  expect(await page.locator('.citations summary').innerText()).toBe('Citations: 1 verified, 1 failed');
  expect(await page.locator('.computed').innerText()).toBe(
    'Computed exactly from 5 numbers\na + b\n= 133\nboats.csv:3 a = 60\nfleet.xlsx (Fleet!B4) b = 73\nand 3 more cells',
  );
  await page.locator('.computed .place').nth(1).press('Enter');
  const range = { ...cell, place: operands[1].place };
  expect((await posted()).at(-1)).toEqual({ kind: 'openSource', turnId: 't1', range });
});

test('a question that read only what was chosen says so', async () => {
  const { page } = await openChat(browser, [{ ...finished, options: { mode: 'everything', paths: ['docs', 'a.md'] } }]);
  expect(await page.locator('.scope').innerText()).toBe('Reads docs, a.md');
});

test('asks for a snapshot again when a change was missed', async () => {
  const { page, posted, send } = await openChat(browser, [finished]);
  await send({ kind: 'turnChanged', revision: 5, turnId: 't1', change: { answer: 'x' } });
  await page.waitForFunction('window.posted.length === 2');
  expect(await posted()).toEqual([{ kind: 'ready' }, { kind: 'ready' }]);
});

test('renders a hostile answer without running, loading or linking anything', async () => {
  const { page, escapes } = await openChat(browser, [{ ...finished, answer: hostile }]);
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

test('no file that attacks makes a link, an image, a script or a request, as evidence or as an answer', async () => {
  const turns = attacks.map((attack, idx) => ({
    ...finished,
    id: `a${idx}`,
    question: attack.name,
    answer: attack.text,
    evidence: finished.evidence.map((span) => ({ ...span, text: attack.obeyed })),
    claims: [{ text: attack.text, start: 0, end: attack.text.length, status: 'struck', problem: attack.text, spanIds: [] } as const], // prettier-ignore
  }));
  const view = await openChat(browser, turns);
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
