/** Syntax tree names of the languages that are run from source. */
import type { CodeLanguage } from './code-language';
import { readPhpImport, readPlainImport, readPythonImport, readScriptImport } from './read-imports';
import { words } from './words';

const scriptDefinitions = {
  function_declaration: 'function',
  generator_function_declaration: 'function',
  class_declaration: 'class',
  method_definition: 'method',
  variable_declarator: 'variable',
  field_definition: 'property',
  assignment_expression: 'assigned',
  pair: 'pair',
};
const typeDefinitions = {
  ...scriptDefinitions,
  abstract_class_declaration: 'class',
  interface_declaration: 'interface',
  type_alias_declaration: 'type',
  enum_declaration: 'enum',
  internal_module: 'namespace',
  module: 'namespace',
  function_signature: 'function',
  method_signature: 'method',
  abstract_method_signature: 'method',
  property_signature: 'property',
  public_field_definition: 'property',
};
const script = {
  identifiers: words(
    'identifier property_identifier private_property_identifier type_identifier shorthand_property_identifier shorthand_property_identifier_pattern',
  ),
  typeNames: words('type_identifier'),
  typeNodes: words('class_heritage'),
  calls: {
    call_expression: 'function',
    new_expression: 'constructor',
    jsx_opening_element: 'name',
    jsx_self_closing_element: 'name',
  },
  imports: {
    nodes: words('import_statement export_statement variable_declarator'),
    test: /^\s*(?:import\b|export\b[^'"`;=]{0,4000}\bfrom\b|[^'"`;=]{1,4000}=\s*require\()/,
    read: readScriptImport,
  },
} as const;
const javascript: CodeLanguage = { grammar: 'javascript', definitions: scriptDefinitions, ...script };

export const scriptLanguages: Readonly<Record<string, CodeLanguage>> = {
  javascript,
  javascriptreact: javascript,
  typescript: { grammar: 'typescript', definitions: typeDefinitions, ...script },
  typescriptreact: { grammar: 'tsx', definitions: typeDefinitions, ...script },
  python: {
    grammar: 'python',
    definitions: { function_definition: 'function', class_definition: 'class', assignment: 'assignment' },
    identifiers: words('identifier'),
    typeNodes: words('type'),
    typeFields: { class_definition: 'superclasses' },
    calls: { call: 'function', decorator: '' },
    imports: { nodes: words('import_statement import_from_statement'), read: readPythonImport },
  },
  ruby: {
    grammar: 'ruby',
    definitions: {
      class: 'class',
      module: 'module',
      method: 'method',
      singleton_method: 'method',
      assignment: 'assignment',
    },
    identifiers: words('identifier constant instance_variable'),
    typeNames: words('constant'),
    calls: { call: 'method' },
    imports: { nodes: words('call'), test: /^(?:require|load)/, read: readPlainImport },
  },
  php: {
    grammar: 'php',
    definitions: {
      class_declaration: 'class',
      interface_declaration: 'interface',
      trait_declaration: 'trait',
      enum_declaration: 'enum',
      function_definition: 'function',
      method_declaration: 'method',
    },
    identifiers: words('name'),
    typeNodes: words('named_type base_clause class_interface_clause'),
    calls: {
      function_call_expression: 'function',
      member_call_expression: 'name',
      nullsafe_member_call_expression: 'name',
      scoped_call_expression: 'name',
      object_creation_expression: '',
    },
    imports: { nodes: words('namespace_use_declaration'), read: readPhpImport },
  },
  shellscript: {
    grammar: 'bash',
    definitions: { function_definition: 'function' },
    identifiers: words('command_name variable_name'),
    calls: { command: 'name' },
    imports: { nodes: words('command'), test: /^(?:source|\.)\s/, read: readPlainImport },
  },
  powershell: {
    grammar: 'powershell',
    definitions: { function_statement: 'function', class_statement: 'class' },
    identifiers: words('command_name simple_name function_name'),
    calls: { command: 'command_name' },
  },
};
