/** The languages that have a grammar, by VS Code's language id. */
import type { CodeLanguage } from './code-language';
import { compiledLanguages } from './languages-compiled';
import { dataLanguages } from './languages-data';
import { scriptLanguages } from './languages-script';

export const codeLanguages: Readonly<Record<string, CodeLanguage>> = {
  ...scriptLanguages,
  ...compiledLanguages,
  ...dataLanguages,
};
