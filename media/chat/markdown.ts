/**
 * Markdown written by a model, made safe: HTML is off in the parser, the result is cut down to a short list of
 * elements without addresses, and links and images stay as their text. A reply can format, not fetch or run.
 */
import DOMPurify from 'dompurify';
import MarkdownIt from 'markdown-it';

const allowedTags = [
  'p', 'br', 'hr', 'strong', 'em', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li',
  'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td',
]; // prettier-ignore

const parser = new MarkdownIt({ html: false, linkify: false, breaks: false });
parser.disable(['image', 'autolink', 'html_block', 'html_inline']);
parser.renderer.rules['link_open'] = () => '';
parser.renderer.rules['link_close'] = () => '';

export function renderMarkdown(markdown: string): DocumentFragment {
  return DOMPurify.sanitize(parser.render(markdown), {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: [],
    ALLOW_ARIA_ATTR: false,
    ALLOW_DATA_ATTR: false,
    RETURN_DOM_FRAGMENT: true,
  });
}
