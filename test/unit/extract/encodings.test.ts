/** Bytes of a text without a word about their encoding. */
import { describe, expect, it } from 'vitest';
import { fixture } from './extract-fixtures';
import { facts, textOf } from './format-checks';

describe('encodings', () => {
  it.each([
    ['gb18030.txt', 'gb18030'],
    ['big5.txt', 'big5'],
    ['shift_jis.txt', 'shift_jis'],
    ['euc_jp.txt', 'euc-jp'],
    ['iso2022_jp.txt', 'iso-2022-jp'],
  ])('%s equals its UTF-8 twin', async (file, encoding) => {
    const twin = fixture(`text/${file.replace('.txt', '-utf8.txt')}`).toString('utf8');
    expect(await textOf(file, fixture(`text/${file}`))).toBe(twin);
    expect(await facts(file, fixture(`text/${file}`))).toMatch(new RegExp(`^${encoding}, plaintext`));
  });

  it('tells euc-kr, big5 and windows-1252 apart in short and long texts', async () => {
    expect(await textOf('k.txt', fixture('text/euc_kr.txt'))).toMatch(/^◎ 파이썬\(Python\)은 배우기 쉽고/);
    expect(await facts('k.txt', fixture('text/sample-korean.txt'))).toMatch(/^euc-kr/);
    expect(await facts('c.txt', fixture('text/sample-chinese.txt'))).toMatch(/^big5/);
    expect(await facts('f.txt', fixture('text/sample-french-1.txt'))).toMatch(
      /^windows-1252, plaintext; It is not valid UTF-8/,
    );
    expect(await facts('e.srt', fixture('text/sample-english.bom.txt'))).toMatch(/^utf-8-bom/);
  });

  it('reads UTF-8 that was cut or damaged as UTF-8, and says so', async () => {
    const whole = fixture('text/gb18030-utf8.txt');
    expect(await facts('a.log', whole.subarray(0, 400))).toMatch(/^utf-8, log/);
    expect(await facts('a.log', whole.subarray(0, 401))).toBe(
      'utf-8, log; 1 of its characters are damaged UTF-8 and are shown as \ufffd.',
    );
  });

  it('reads UTF-16 without a mark, and what a file declares', async () => {
    const text = 'Grüße, 世界\nzweite Zeile\n';
    expect(await textOf('u.txt', Buffer.from(text, 'utf16le'))).toBe(text);
    expect(await facts('u.txt', Buffer.from(text, 'utf16le').swap16())).toMatch(/^utf-16be/);
    const latin = Buffer.from('<?xml version="1.0" encoding="iso-8859-15"?><a>10 \u00a4</a>', 'latin1');
    expect(await textOf('p.xml', latin)).toContain('10 €');
  });
});
