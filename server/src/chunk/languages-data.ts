/** Syntax tree names of data and markup: keys, selectors and elements that have an id take the place of symbols. */
import type { CodeLanguage } from './code-language';
import { readPlainImport } from './read-imports';
import { words } from './words';

const none = words('');
const json: CodeLanguage = { grammar: 'json', definitions: { pair: 'key' }, identifiers: none, isData: true };

export const dataLanguages: Readonly<Record<string, CodeLanguage>> = {
  json,
  jsonc: json,
  yaml: {
    grammar: 'yaml',
    definitions: { block_mapping_pair: 'key', flow_pair: 'key' },
    identifiers: none,
    isData: true,
  },
  css: {
    grammar: 'css',
    definitions: {
      rule_set: 'selector',
      media_statement: 'rule',
      supports_statement: 'rule',
      keyframes_statement: 'rule',
      at_rule: 'rule',
      declaration: 'custom',
    },
    identifiers: words('class_name id_name'),
    imports: { nodes: words('import_statement'), read: readPlainImport },
  },
  html: {
    grammar: 'html',
    definitions: { element: 'element', script_element: 'element', style_element: 'element' },
    identifiers: none,
    isData: true,
  },
};
