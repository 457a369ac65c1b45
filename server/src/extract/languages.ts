/** Language ids, as VS Code names them, by file name and extension. */
const byName: Readonly<Record<string, string>> = {
  dockerfile: 'dockerfile',
  makefile: 'makefile',
  'cmakelists.txt': 'cmake',
  gemfile: 'ruby',
  rakefile: 'ruby',
  '.bashrc': 'shellscript',
  '.editorconfig': 'ini',
  '.npmrc': 'ini',
};

const extensions: Readonly<Record<string, string>> = {
  asciidoc: 'adoc asciidoc',
  bash: 'bash sh zsh ksh',
  c: 'c',
  clojure: 'clj cljs',
  cpp: 'cc cpp cxx c++ h hh hpp hxx ino',
  csharp: 'cs csx',
  css: 'css',
  csv: 'csv',
  dart: 'dart',
  diff: 'diff patch',
  elixir: 'ex exs',
  erlang: 'erl hrl',
  fsharp: 'fs fsx',
  go: 'go',
  graphql: 'graphql gql',
  groovy: 'groovy gradle',
  haskell: 'hs',
  html: 'html htm xhtml',
  ini: 'ini cfg conf properties',
  java: 'java',
  javascript: 'js mjs cjs',
  javascriptreact: 'jsx',
  json: 'json jsonl geojson webmanifest',
  jsonc: 'jsonc code-workspace',
  julia: 'jl',
  kotlin: 'kt kts',
  latex: 'tex',
  less: 'less',
  log: 'log',
  lua: 'lua',
  makefile: 'mk',
  markdown: 'md markdown mdx mkd',
  'objective-c': 'm',
  perl: 'pl pm',
  php: 'php',
  powershell: 'ps1 psm1 psd1',
  proto3: 'proto',
  python: 'py pyi pyw',
  r: 'r',
  restructuredtext: 'rst',
  ruby: 'rb rake gemspec',
  rust: 'rs',
  scala: 'scala sc',
  scss: 'scss',
  sql: 'sql',
  svelte: 'svelte',
  swift: 'swift',
  toml: 'toml',
  tsv: 'tsv',
  typescript: 'ts mts cts',
  typescriptreact: 'tsx',
  vue: 'vue',
  xml: 'xml xsd xsl svg',
  yaml: 'yml yaml',
};

const byExtension = new Map(
  Object.entries(extensions).flatMap(([language, names]) =>
    names.split(' ').map((name): [string, string] => [name, language === 'bash' ? 'shellscript' : language]),
  ),
);

export function languageOf(path: string): string {
  const name = fileName(path).toLowerCase();
  const own = byName[name];
  if (own !== undefined) return own;
  const dot = name.lastIndexOf('.');
  return (dot >= 0 ? byExtension.get(name.slice(dot + 1)) : undefined) ?? 'plaintext';
}

export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
