/** One question over documents and code, by the command line: each half is cited at its own kind of place. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import type { AskResult } from '../../protocol/ask';
import schema from '../../protocol/ask-result.schema.json';
import { runCli } from '../support/cli-process';
import { temporaryHome } from '../support/server-process';

const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema);

test('a question whose answer lies half in a PDF and half in code gets both, each with its place', async () => {
  const shop = join(temporaryHome(), 'shop');
  mkdirSync(join(shop, 'src'), { recursive: true });
  copyFileSync(resolve('test/fixtures/formats/table.pdf'), join(shop, 'price-list.pdf'));
  const discount = `FROG_SHARE = 0.1


def take_off_discount(price):
    """Takes the frog discount off the price of a treat."""
    return price * (1 - FROG_SHARE)
`;
  writeFileSync(join(shop, 'src', 'discounts.py'), discount);
  writeFileSync(join(shop, 'notes.md'), '# Opening hours\n\nThe shop opens at nine and closes at noon.\n');
  const question = 'What does the Crunchy Frog cost, and which function takes the frog discount off its price?';
  const { code, stdout } = await runCli(['ask', question, '--model', 'none', '--json'], {
    home: temporaryHome(),
    cwd: shop,
  });
  expect(code).toBe(0);
  const result = JSON.parse(stdout) as AskResult;
  expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
  const priced = result.evidence.find((span) => span.text.includes('Crunchy Frog | 1.49'));
  expect(priced).toMatchObject({ path: 'price-list.pdf', place: { kind: 'page', page: 1 } });
  const box = priced?.place?.kind === 'page' ? priced.place.box : [0, 0, 0, 0];
  expect(box[0]).toBeLessThan(box[2]);
  expect(box[1]).toBeLessThan(box[3]);
  const coded = result.evidence.find((span) => span.text.includes('def take_off_discount'));
  expect(coded?.path).toBe('src/discounts.py');
  expect(coded?.place).toBeUndefined();
  for (const cited of [priced, coded]) {
    expect(result.citations).toContainEqual(expect.objectContaining({ path: cited?.path, verified: true }));
  }
});
