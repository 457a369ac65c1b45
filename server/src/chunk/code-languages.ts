/**
 * What the syntax trees of each language call a definition and a name. `definitions` maps a node type to the kind
 * of symbol; the name is the node's field `name` or, for C-like declarators, the identifier inside them.
 */
export interface CodeLanguage {
  /** Grammar file without `tree-sitter-` and `.wasm`. */
  readonly grammar: string;
  readonly definitions: Readonly<Record<string, string>>;
  readonly identifiers: ReadonlySet<string>;
}

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
const names = (list: string): ReadonlySet<string> => new Set(list.split(' '));
const scriptNames = names(
  'identifier property_identifier private_property_identifier type_identifier shorthand_property_identifier shorthand_property_identifier_pattern',
);
const javascript: CodeLanguage = { grammar: 'javascript', definitions: scriptDefinitions, identifiers: scriptNames };
const cLike: CodeLanguage = {
  grammar: 'cpp',
  definitions: {
    function_definition: 'function',
    class_specifier: 'class',
    struct_specifier: 'struct',
    enum_specifier: 'enum',
    union_specifier: 'union',
    namespace_definition: 'namespace',
    type_definition: 'type',
    preproc_function_def: 'macro',
    preproc_def: 'macro',
  },
  identifiers: names('identifier field_identifier type_identifier namespace_identifier'),
};

export const codeLanguages: Readonly<Record<string, CodeLanguage>> = {
  javascript,
  javascriptreact: javascript,
  typescript: { grammar: 'typescript', definitions: typeDefinitions, identifiers: scriptNames },
  typescriptreact: { grammar: 'tsx', definitions: typeDefinitions, identifiers: scriptNames },
  python: {
    grammar: 'python',
    definitions: { function_definition: 'function', class_definition: 'class' },
    identifiers: names('identifier'),
  },
  go: {
    grammar: 'go',
    definitions: {
      function_declaration: 'function',
      method_declaration: 'method',
      type_spec: 'type',
      type_alias: 'type',
      const_spec: 'constant',
      var_spec: 'variable',
    },
    identifiers: names('identifier field_identifier type_identifier package_identifier'),
  },
  rust: {
    grammar: 'rust',
    definitions: {
      function_item: 'function',
      function_signature_item: 'function',
      struct_item: 'struct',
      enum_item: 'enum',
      union_item: 'union',
      trait_item: 'trait',
      impl_item: 'impl',
      mod_item: 'module',
      type_item: 'type',
      const_item: 'constant',
      static_item: 'variable',
      macro_definition: 'macro',
    },
    identifiers: names('identifier field_identifier type_identifier shorthand_field_identifier'),
  },
  java: {
    grammar: 'java',
    definitions: {
      class_declaration: 'class',
      interface_declaration: 'interface',
      enum_declaration: 'enum',
      record_declaration: 'class',
      annotation_type_declaration: 'interface',
      method_declaration: 'method',
      constructor_declaration: 'method',
    },
    identifiers: names('identifier type_identifier'),
  },
  c: cLike,
  cpp: cLike,
  csharp: {
    grammar: 'c-sharp',
    definitions: {
      class_declaration: 'class',
      interface_declaration: 'interface',
      struct_declaration: 'struct',
      record_declaration: 'class',
      enum_declaration: 'enum',
      namespace_declaration: 'namespace',
      method_declaration: 'method',
      constructor_declaration: 'method',
      property_declaration: 'property',
      delegate_declaration: 'type',
    },
    identifiers: names('identifier'),
  },
  ruby: {
    grammar: 'ruby',
    definitions: { class: 'class', module: 'module', method: 'method', singleton_method: 'method' },
    identifiers: names('identifier constant instance_variable'),
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
    identifiers: names('name'),
  },
  shellscript: {
    grammar: 'bash',
    definitions: { function_definition: 'function' },
    identifiers: names('command_name variable_name'),
  },
  powershell: {
    grammar: 'powershell',
    definitions: { function_statement: 'function', class_statement: 'class' },
    identifiers: names('command_name simple_name function_name'),
  },
  css: { grammar: 'css', definitions: {}, identifiers: names('class_name id_name') },
};
