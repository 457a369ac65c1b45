/** What calculations and queries are parsed into. */
import type { Quantity } from './quantity';

export type BinarySign = '+' | '-' | '*' | '/' | '^';
export type ComparisonSign = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Expression =
  | { readonly kind: 'number'; readonly value: Quantity }
  | { readonly kind: 'text'; readonly value: string }
  /** An operand, or a column; `table` where it is written `table.column`. */
  | { readonly kind: 'name'; readonly table: string | null; readonly name: string }
  | { readonly kind: 'negate'; readonly of: Expression }
  | { readonly kind: 'binary'; readonly sign: BinarySign; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'comparison';
      readonly sign: ComparisonSign;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'both' | 'either'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'isNull'; readonly of: Expression }
  | { readonly kind: 'like'; readonly of: Expression; readonly pattern: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly isDistinct: boolean }
  /** `count(*)`. */
  | { readonly kind: 'countRows' }
  | { readonly kind: 'select'; readonly query: SelectQuery };

export interface SelectItem {
  /** Null: `*`. */
  readonly expression: Expression | null;
  readonly alias: string | null;
}
export interface FromTable {
  readonly name: string;
  readonly alias: string | null;
}
export interface SelectQuery {
  readonly isDistinct: boolean;
  readonly items: readonly SelectItem[];
  readonly from: readonly FromTable[];
  /** Conditions of joins and of WHERE, all of which must hold. */
  readonly where: readonly Expression[];
  readonly groupBy: readonly Expression[];
  readonly having: Expression | null;
  readonly orderBy: readonly { readonly expression: Expression; readonly isDescending: boolean }[];
  readonly limit: number | null;
  readonly offset: number;
}

/** All expressions inside, itself first; not those of inner queries. */
export function* walkExpression(expression: Expression): Generator<Expression> {
  yield expression;
  switch (expression.kind) {
    case 'negate':
    case 'not':
    case 'isNull':
      yield* walkExpression(expression.of);
      break;
    case 'like':
      yield* walkExpression(expression.of);
      yield* walkExpression(expression.pattern);
      break;
    case 'binary':
    case 'comparison':
    case 'both':
    case 'either':
      yield* walkExpression(expression.left);
      yield* walkExpression(expression.right);
      break;
    case 'call':
      for (const arg of expression.args) yield* walkExpression(arg);
      break;
    case 'number':
    case 'text':
    case 'name':
    case 'countRows':
    case 'select':
  }
}
