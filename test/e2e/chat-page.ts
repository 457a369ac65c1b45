/** The chat page with turns of a sample trace, and what hostile text looks like. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { applyEvents, createTurn, finishTurn } from '../../extension/src/chat/conversation';
import type { Turn } from '../../protocol/conversation';
import type { ToChat } from '../../protocol/webview-messages';
import { englishStrings } from '../../protocol/webview-strings';
import { sampleEvents, sampleResult } from '../unit/media/sample-trace';
import { darkTheme, lightTheme, openWebviewPage, type WebviewPage } from './webview-page';

const shots = join(import.meta.dirname, '..', '..', 'test-results', 'webviews');
const sideBar = { width: 380, height: 1000 };

export const themes = [
  ['dark', darkTheme],
  ['light', lightTheme],
] as const;

export const hostile = [
  '<script>alert(1)</script>',
  '<img src="http://evil.test/x.png" onerror="alert(2)">',
  '[a](javascript:alert(3)) [b](http://evil.test/) [c](command:workbench.action.quit)',
  '![d](http://evil.test/y.png) <http://evil.test/z>',
  '<svg onload=alert(4)><iframe src="http://evil.test"></iframe>',
  '</script></style><b onclick="alert(5)">e</b>',
].join('\n\n');

export const newTurn = createTurn({
  id: 't1',
  question: 'How often is a job tried?',
  workspaceUri: 'file:///w',
  workspaceName: 'w',
  options: {},
  selection: null,
});
export const finished = finishTurn(applyEvents(newTurn, sampleEvents()), sampleResult());

/** Where a picture of this name goes. */
export function shotFile(name: string): string {
  mkdirSync(shots, { recursive: true });
  return join(shots, `${name}.png`);
}

export function snapshot(turns: readonly Turn[]): ToChat {
  return {
    kind: 'snapshot',
    revision: 1,
    strings: englishStrings,
    language: 'en',
    surroundings: { canAsk: true, notice: null, noticeAction: null, askedFolders: null },
    conversation: { turns },
  };
}

export async function openChat(browser: Browser, turns: readonly Turn[], theme = darkTheme): Promise<WebviewPage> {
  const view = await openWebviewPage(browser, 'chat', { size: sideBar, theme });
  await view.send(snapshot(turns));
  await view.page.waitForFunction((count) => document.querySelectorAll('.turn').length === count, turns.length);
  return view;
}
