/** Which files hold code that can be cut by its syntax. */
import { codeLanguages } from '../chunk/code-languages';
import { languageOf } from '../extract/languages';

export function isCodePath(path: string): boolean {
  return codeLanguages[languageOf(path)] !== undefined;
}
