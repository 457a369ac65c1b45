/**
 * The queries that may be asked: one SELECT over one to three tables, with WHERE, GROUP BY, HAVING, ORDER BY, LIMIT, and
 * queries of one value in parentheses. Everything else of SQL is refused before SQLite sees it.
 */
import { ComputeError } from './compute-error';
import { tokenise } from './lexer';
import { ExpressionParser } from './parse-expression';
import type { Expression, FromTable, SelectItem, SelectQuery } from './syntax-tree';

const maxItems = 50;

/** @throws ComputeError with one sentence that says what is wrong */
export function parseSelect(source: string): SelectQuery {
  if (!/^\s*select\b/i.test(source)) {
    throw new ComputeError('notAllowed', 'Only one SELECT is allowed; nothing else can be done with the tables.');
  }
  const parser = new ExpressionParser(tokenise(source), readSelect);
  const query = readSelect(parser);
  parser.expectEnd();
  return query;
}

function readSelect(parser: ExpressionParser): SelectQuery {
  parser.expectWord('select');
  const isDistinct = parser.takeWord('distinct');
  const items = readItems(parser);
  parser.expectWord('from');
  const from: FromTable[] = [readTable(parser)];
  const where: Expression[] = [];
  while (takesTable(parser)) {
    from.push(readTable(parser));
    if (parser.takeWord('on')) where.push(parser.condition());
  }
  if (parser.takeWord('where')) where.push(parser.condition());
  const groupBy = parser.takeWord('group') ? readGroups(parser) : [];
  const having = parser.takeWord('having') ? parser.condition() : null;
  const orderBy = parser.takeWord('order') ? readOrder(parser) : [];
  const limit = parser.takeWord('limit') ? readCount(parser) : null;
  const offset = parser.takeWord('offset') ? readCount(parser) : 0;
  return { isDistinct, items, from, where, groupBy, having, orderBy, limit, offset };
}

function readItems(parser: ExpressionParser): readonly SelectItem[] {
  const items: SelectItem[] = [];
  do {
    if (parser.takeSign('*')) items.push({ expression: null, alias: null });
    else {
      const expression = parser.condition();
      items.push({ expression, alias: readAlias(parser) });
    }
  } while (parser.takeSign(',') && items.length < maxItems);
  return items;
}

function readAlias(parser: ExpressionParser): string | null {
  const isNamed = parser.takeWord('as');
  const alias = parser.takeName();
  if (isNamed && alias === null) throw parser.unexpected('a name');
  return alias;
}

function readTable(parser: ExpressionParser): FromTable {
  const name = parser.takeName();
  if (name === null) throw parser.unexpected('the name of a table');
  return { name, alias: readAlias(parser) };
}

function takesTable(parser: ExpressionParser): boolean {
  if (parser.takeSign(',') || parser.takeWord('join')) return true;
  if (!parser.takeWord('inner') && !parser.takeWord('cross')) return false;
  parser.expectWord('join');
  return true;
}

function readGroups(parser: ExpressionParser): readonly Expression[] {
  parser.expectWord('by');
  const groups: Expression[] = [];
  do groups.push(parser.condition());
  while (parser.takeSign(','));
  return groups;
}

function readOrder(parser: ExpressionParser): SelectQuery['orderBy'] {
  parser.expectWord('by');
  const order: { expression: Expression; isDescending: boolean }[] = [];
  do {
    const expression = parser.condition();
    const isDescending = parser.takeWord('desc');
    if (!isDescending) parser.takeWord('asc');
    order.push({ expression, isDescending });
  } while (parser.takeSign(','));
  return order;
}

function readCount(parser: ExpressionParser): number {
  const token = parser.current;
  const count = parser.condition();
  if (count.kind !== 'number' || token.kind !== 'number' || !/^\d{1,9}$/.test(token.text)) {
    throw new ComputeError('syntax', 'LIMIT and OFFSET take a whole number.');
  }
  return Number(token.text);
}
