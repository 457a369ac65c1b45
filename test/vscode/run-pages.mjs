// A user's session in a real VS Code, on the page: ask in the chat, follow a citation, see the trace, hover, reload,
// choose a model; in a dark and a light theme. Usage: node test/vscode/run-pages.mjs [--pictures]
// With --pictures the pictures go to docs/images, else to test-results. Writes test-results/vscode-pages.json.
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { modelsFolder } from '../../scripts/cache-folders.mjs';
import { startVsCode } from '../support/vscode-server.ts';

const root = resolve(import.meta.dirname, '..', '..');
const results = join(root, 'test-results');
const pictures = process.argv.includes('--pictures') ? join(root, 'docs', 'images') : results;
const question = 'What happens to a request when the onTimeout hook is called?';
const counts = { passed: 0, failed: 0 };

mkdirSync(results, { recursive: true });
mkdirSync(pictures, { recursive: true });
for (const theme of ['dark', 'light']) await session(theme);
writeFileSync(join(results, 'vscode-pages.json'), `${JSON.stringify(counts)}\n`);
console.log(`pages: ${counts.passed} passed, ${counts.failed} failed`);
process.exit(counts.failed === 0 ? 0 : 1);

async function session(theme) {
  const scratch = mkdtempSync(join(tmpdir(), 'longfold-pages-'));
  const workspace = join(scratch, 'fastify');
  for (const part of ['lib', 'docs', 'fastify.js', 'README.md', 'package.json']) {
    cpSync(join(root, 'node_modules', 'fastify', part), join(workspace, part), { recursive: true });
  }
  const vscode = await startVsCode({
    workspace,
    theme,
    developmentExtension: root,
    env: { LONGFOLD_HOME: join(scratch, 'home') },
    settings: {
      'longfold.model.folder': modelsFolder,
      'longfold.model.windowTokens': 3072,
      'longfold.compress.tokenBudget': 700,
      'files.autoSave': 'off',
      'workbench.secondarySideBar.defaultVisibility': 'hidden',
    },
    logFile: join(results, `vscode-pages-${theme}.log`),
  });
  const { page } = vscode;
  const check = async (name, run) => {
    const startedMs = performance.now();
    try {
      await run();
      counts.passed += 1;
      console.log(`ok ${theme}: ${name} (${Math.round(performance.now() - startedMs)} ms)`);
    } catch (error) {
      counts.failed += 1;
      console.log(`not ok ${theme}: ${name}\n${error.stack}`);
      await page
        .screenshot({ path: join(results, `pages-${theme}-failed-${counts.failed}.png`) })
        .catch(() => undefined);
    }
  };
  try {
    await check('the status bar shows a finished index', () => indexReady(page));
    await check('a question from the palette is answered in the chat with evidence first', () =>
      askInChat(page, theme),
    );
    await check('a citation or evidence place opens the file at its words', () => openEvidence(page));
    await check('the trace view shows kept and dropped text', () => showTrace(page, theme));
    await check('a hover says where a symbol is defined and used', () => hover(page, theme));
    await check('the conversation is still there after a reload', () => reload(page));
    await check('what "Read everything" reads is chosen with the keyboard', () => chooseFiles(page, theme));
    if (theme === 'dark') await check('Select Model lists the models and keeps the choice', () => selectModel(page));
  } finally {
    await vscode.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function palette(page, command) {
  await page.keyboard.press('F1');
  const input = page.locator('.quick-input-widget input').first();
  await input.waitFor({ state: 'visible' });
  await input.fill(`>${command}`);
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await page.keyboard.press('Enter');
}

async function indexReady(page) {
  const item = page.locator('.statusbar-item', { hasText: 'Longfold' }).first();
  await item.waitFor({ timeout: 60_000 });
  await waitUntil(
    'the index',
    async () => /\d/.test((await item.innerText()) ?? '') && !/…|%/.test(await item.innerText()),
  );
}

/** The document of a webview stands in a nested frame. */
async function webview(page, selector) {
  return waitUntil(`a webview with ${selector}`, async () => {
    for (const frame of page.frames()) {
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (found > 0) return frame;
    }
    return undefined;
  });
}

async function askInChat(page, theme) {
  await palette(page, 'Longfold: Ask a Question');
  const chat = await webview(page, 'main.chat textarea');
  await widenSideBar(page);
  await chat.locator('textarea').fill(question);
  await chat.locator('textarea').press('Enter');
  await chat.locator('.turn .evidence, .turn [class*=evidence]').first().waitFor({ timeout: 60_000 });
  await waitUntil(
    'the answer',
    async () => (await chat.locator('.turn').last().getAttribute('data-state')) !== 'running',
    180_000,
  );
  const state = await chat.locator('.turn').last().getAttribute('data-state');
  if (state !== 'answered')
    throw new Error(`The turn ended as ${state}: ${await chat.locator('.turn').last().innerText()}`);
  await chat
    .locator('.turn')
    .last()
    .evaluate((turn) => turn.scrollIntoView({ block: 'start' }));
  await page.mouse.move(900, 500);
  // Tall enough for evidence, answer and citations in one picture.
  const usual = page.viewportSize();
  await page.setViewportSize({ ...usual, height: 1480 });
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(pictures, `chat-${theme}.png`) });
  await page.setViewportSize(usual);
}

async function widenSideBar(page) {
  const sash = page.locator('.monaco-sash.vertical').first();
  const boxes = await page.locator('.monaco-sash.vertical:not(.disabled)').all();
  for (const candidate of [sash, ...boxes]) {
    const box = await candidate.boundingBox();
    if (!box || box.x < 200 || box.x > 600) continue;
    await page.mouse.move(box.x + 2, box.y + 300);
    await page.mouse.down();
    await page.mouse.move(660, box.y + 300, { steps: 5 });
    await page.mouse.up();
    return;
  }
}

async function openEvidence(page) {
  const chat = await webview(page, 'main.chat .turn');
  const place = chat.locator('.turn').last().locator('button.place, a.place, .place').first();
  const name = (await place.innerText()).split(':')[0].split('/').at(-1).trim();
  await place.click();
  await page.locator('.tabs-container .tab.active', { hasText: name }).first().waitFor({ timeout: 15_000 });
}

async function showTrace(page, theme) {
  const chat = await webview(page, 'main.chat .turn');
  const buttons = chat.locator('.turn').last().locator('.actions button');
  await buttons.last().click();
  const trace = await webview(page, 'main.trace');
  await trace.locator('.kept').first().waitFor({ state: 'attached', timeout: 30_000 });
  const dropped = await trace.locator('.dropped').count();
  if (dropped === 0) throw new Error('The trace shows no dropped text.');
  await palette(page, 'View: Close Primary Side Bar');
  await trace
    .locator('.compressionFinished .kept')
    .first()
    .evaluate((kept) => kept.scrollIntoView({ block: 'center' }));
  await page.waitForTimeout(800);
  await page.screenshot({ path: join(pictures, `trace-${theme}.png`) });
}

async function hover(page, theme) {
  await page.keyboard.press('Control+p');
  const input = page.locator('.quick-input-widget input').first();
  await input.fill('req-id-gen-factory.js');
  await page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await page.waitForTimeout(400);
  await page.keyboard.press('Enter');
  const editor = page.locator('.editor-instance .view-lines');
  // The line is drawn anew when its colours come, so a place taken too early is none.
  const words = editor.locator('span', { hasText: /^\s*reqIdGenFactory\s*$/ }).filter({ visible: true });
  const box = await waitUntil('the word to hover', async () => {
    const word = words.first();
    return (await word.count()) > 0 ? word.boundingBox({ timeout: 1000 }).catch(() => null) : null;
  });
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const shown = page.locator('.monaco-hover:not(.hidden)', { hasText: 'Longfold' }).first();
  await shown.waitFor({ timeout: 20_000 });
  if (!/lib\/.*\.js/.test(await shown.innerText())) throw new Error(`The hover says: ${await shown.innerText()}`);
  await page.screenshot({ path: join(pictures, `hover-${theme}.png`) });
}

async function reload(page) {
  await page.reload();
  // The status bar item comes from the extension, so its host is back by then.
  await indexReady(page);
  await palette(page, 'Longfold: Ask a Question');
  const chat = await webview(page, 'main.chat .turn');
  const text = await chat.locator('.turn').first().innerText();
  if (!text.includes(question)) throw new Error(`After the reload the chat shows: ${text.slice(0, 200)}`);
}

async function chooseFiles(page, theme) {
  await palette(page, 'Longfold: Ask a Question');
  const chat = await webview(page, 'main.chat textarea');
  // The command gives the question its focus; a list that was opened before would close again.
  await page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
  await waitUntil('the focus', () => chat.locator('textarea:focus').count());
  await chat.locator('.choice select').first().selectOption('everything');
  const chooseAndAccept = async (words) => {
    await chat.locator('.choose-paths').press('Enter');
    const input = page.locator('.quick-input-widget input[type=text]').first();
    await input.waitFor({ state: 'visible' });
    await input.fill(words);
    await page.locator('.quick-input-list .monaco-list-row', { hasText: words }).first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
  };
  const chips = () => chat.locator('.chip-label').allInnerTexts();
  await chooseAndAccept('lib/req-id-gen-factory.js');
  await waitUntil('the first chip', async () => (await chips()).join() === 'lib/req-id-gen-factory.js');
  // What was chosen is still picked in the list.
  await chooseAndAccept('docs/Guides');
  await waitUntil('the second chip', async () => (await chips()).length === 2);
  if (!(await chips()).includes('docs/Guides/')) throw new Error(`Chosen: ${(await chips()).join()}`);
  await page.screenshot({ path: join(results, `pages-${theme}-chosen.png`) });
  await chat.locator('.chip-remove').first().press('Delete');
  await waitUntil('one chip less', async () => (await chips()).length === 1);
  const asked = (await chips())[0];
  await chat.locator('textarea').fill(question);
  await chat.locator('textarea').press('Enter');
  const scope = chat.locator('.turn').last().locator('.scope');
  await waitUntil('the question', async () => (await scope.count()) > 0);
  if (!(await scope.innerText()).includes(asked.replace(/\/$/, ''))) throw new Error(await scope.innerText());
  await chat.locator('.stop').click();
  await waitUntil('the end', async () => (await chat.locator('.turn').last().getAttribute('data-state')) !== 'running');
}

async function selectModel(page) {
  await palette(page, 'Longfold: Select Model');
  const rows = page.locator('.quick-input-list .monaco-list-row');
  await waitUntil(
    'the list of models',
    async () => (await rows.allInnerTexts()).some((text) => /SmolLM2/.test(text)),
    60_000,
  );
  const noModel = rows.filter({ has: page.locator('.label-name', { hasText: /^No model$/ }) });
  await noModel.first().click();
  // The server hears of the choice a moment later, and an open list stays as it is: look again until it has.
  await waitUntil(
    'the choice to be kept',
    async () => {
      await rows.first().waitFor({ state: 'hidden' });
      await palette(page, 'Longfold: Select Model');
      await noModel.first().waitFor({ timeout: 20_000 });
      const texts = await noModel.allInnerTexts();
      await page.keyboard.press('Escape');
      return texts.some((text) => /in use/.test(text));
    },
    60_000,
  );
}

async function waitUntil(what, ask, timeoutMs = 60_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await ask();
    if (found) return found;
    if (performance.now() > deadline) throw new Error(`Waited ${timeoutMs} ms for ${what}.`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
