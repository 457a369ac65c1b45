/** A question, or a recorded one that goes on, as it is shown while it runs and at its end, and steered by keys. */
import type { AskResult } from '../../../protocol/ask';
import type { AskOptions } from '../application';
import { createAskView, printResult } from './ask-view';
import type { CommandContext } from './command-context';
import { createSteerKeys } from './steer-keys';

export async function runShown(
  context: CommandContext,
  { json: isJson = false }: { readonly json?: boolean },
  run: (options: Required<Pick<AskOptions, 'control' | 'onEvent'>>) => Promise<AskResult>,
): Promise<AskResult> {
  const { terminal } = context;
  const show = createAskView(terminal, isJson);
  const keys = createSteerKeys(isJson ? { terminal, keyboard: null } : context);
  const onEvent: AskOptions['onEvent'] = (event) => {
    show(event);
    keys.follow(event);
  };
  try {
    const result = await run({ control: keys.control, onEvent });
    terminal.clearProgress();
    if (isJson) terminal.out(JSON.stringify(result, null, 2));
    else printResult(terminal, result);
    return result;
  } finally {
    keys.close();
  }
}
