/** Building the page: elements with text by `textContent` only, so that no file text is ever read as HTML. */
export interface ElementOptions {
  readonly class?: string;
  readonly text?: string;
  readonly title?: string;
  readonly label?: string;
  readonly role?: string;
}

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
  children: readonly (Node | string | null)[] = [],
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  if (options.class) node.className = options.class;
  if (options.text !== undefined) node.textContent = options.text;
  if (options.title !== undefined) node.title = options.title;
  if (options.label !== undefined) node.setAttribute('aria-label', options.label);
  if (options.role !== undefined) node.setAttribute('role', options.role);
  node.append(...children.filter((child) => child !== null));
  return node;
}

export function button(options: ElementOptions, onClick: () => void): HTMLButtonElement {
  const node = el('button', options);
  node.type = 'button';
  node.addEventListener('click', onClick);
  return node;
}

/** Fills `{0}`, `{1}`, … */
export function format(template: string, ...values: readonly (string | number)[]): string {
  return template.replace(/\{(\d+)\}/g, (whole, idx: string) => String(values[Number(idx)] ?? whole));
}

/** The page's root; both the webviews and the stand-alone trace page have it. */
export function findApp(): HTMLElement {
  const app = document.getElementById('app');
  if (!app) throw new Error('The page has no element with the id app.');
  return app;
}
