/**
 * The grammar of calculations: + - * / ^, parentheses, calls; in queries also comparisons, AND, OR, NOT, LIKE, IN, BETWEEN,
 * IS NULL, and a query in parentheses. Nothing is executed here, and there is nothing that could run code.
 */
import { ComputeError } from './compute-error';
import type { Token } from './lexer';
import type { BinarySign, ComparisonSign, Expression, SelectQuery } from './syntax-tree';

/** Deeper ones would use up the stack, here or in SQLite. */
const maxDepth = 40;
const maxArguments = 200;

const comparisons = new Map<string, ComparisonSign>(
  (['=', '<>', '<', '<=', '>', '>='] as const).map((sign) => [sign, sign] as const),
);
comparisons.set('==', '=').set('!=', '<>');

/** Words that end an expression, and are no names unless quoted. */
const reserved = new Set(
  'select distinct from where group by having order limit offset and or not like in between is null as join inner cross on asc desc union intersect except with case when then else end'.split(
    ' ',
  ),
);

export class ExpressionParser {
  #at = 0;
  #depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    /** Reads a query in parentheses, where queries are allowed. */
    private readonly readQuery: ((parser: ExpressionParser) => SelectQuery) | null,
  ) {}

  get current(): Token {
    return this.tokens[this.#at] ?? { kind: 'end', text: '', at: 0 };
  }

  /** @throws ComputeError `syntax` */
  condition(): Expression {
    return this.#nested(() => {
      let left = this.#conjunction();
      while (this.takeWord('or')) left = { kind: 'either', left, right: this.#conjunction() };
      return left;
    });
  }

  takeWord(word: string): boolean {
    const { kind, text } = this.current;
    if (kind !== 'name' || this.#isQuoted() || text.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }

  takeSign(sign: string): boolean {
    if (this.current.kind !== 'sign' || this.current.text !== sign) return false;
    this.#at += 1;
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.unexpected(word.toUpperCase());
  }

  expectSign(sign: string): void {
    if (!this.takeSign(sign)) throw this.unexpected(`"${sign}"`);
  }

  /** A name that is no word of the grammar. */
  takeName(): string | null {
    const { kind, text } = this.current;
    if (kind !== 'name' || (!this.#isQuoted() && reserved.has(text.toLowerCase()))) return null;
    this.#at += 1;
    return text;
  }

  expectEnd(): void {
    while (this.takeSign(';'));
    if (this.current.kind !== 'end') throw this.unexpected('the end');
  }

  unexpected(wanted: string): ComputeError {
    const { kind, text, at } = this.current;
    const found = kind === 'end' ? 'it ends' : `"${text.slice(0, 40)}" stands at character ${at + 1}`;
    return new ComputeError('syntax', `The calculation is not understood: ${wanted} is expected where ${found}.`);
  }

  #isQuoted(): boolean {
    return this.current.kind === 'name' && this.current.isQuoted;
  }

  #conjunction(): Expression {
    let left = this.#negation();
    while (this.takeWord('and')) left = { kind: 'both', left, right: this.#negation() };
    return left;
  }

  #negation(): Expression {
    if (!this.takeWord('not')) return this.#comparison();
    return this.#nested(() => ({ kind: 'not', of: this.#negation() }));
  }

  #comparison(): Expression {
    const left = this.#sum();
    const sign = this.current.kind === 'sign' ? comparisons.get(this.current.text) : undefined;
    if (sign !== undefined) {
      this.#at += 1;
      return { kind: 'comparison', sign, left, right: this.#sum() };
    }
    if (this.takeWord('is')) {
      const isNegated = this.takeWord('not');
      this.expectWord('null');
      return negatedIf(isNegated, { kind: 'isNull', of: left });
    }
    const isNegated = this.takeWord('not');
    if (this.takeWord('like')) return negatedIf(isNegated, { kind: 'like', of: left, pattern: this.#sum() });
    if (this.takeWord('between')) return negatedIf(isNegated, this.#between(left));
    if (this.takeWord('in')) return negatedIf(isNegated, this.#oneOf(left));
    if (isNegated) throw this.unexpected('LIKE, IN or BETWEEN');
    return left;
  }

  #between(of: Expression): Expression {
    const low: Expression = { kind: 'comparison', sign: '>=', left: of, right: this.#sum() };
    this.expectWord('and');
    return { kind: 'both', left: low, right: { kind: 'comparison', sign: '<=', left: of, right: this.#sum() } };
  }

  #oneOf(of: Expression): Expression {
    this.expectSign('(');
    const [first, ...others] = this.#list().map((right): Expression => ({
      kind: 'comparison',
      sign: '=',
      left: of,
      right,
    }));
    if (first === undefined) throw this.unexpected('a value');
    return others.reduce<Expression>((left, right) => ({ kind: 'either', left, right }), first);
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#product());
  }

  #product(): Expression {
    return this.#chain(['*', '/'], () => this.#signed());
  }

  /** Left to right. */
  #chain(signs: readonly BinarySign[], readOperand: () => Expression): Expression {
    let left = readOperand();
    for (;;) {
      const sign = signs.find((each) => this.takeSign(each));
      if (sign === undefined) return left;
      left = { kind: 'binary', sign, left, right: readOperand() };
    }
  }

  #signed(): Expression {
    if (this.takeSign('-')) return this.#nested(() => ({ kind: 'negate', of: this.#signed() }));
    if (this.takeSign('+')) return this.#nested(() => this.#signed());
    const base = this.#primary();
    // Right to left, and before the sign in front: -2 ^ 2 is -4.
    if (!this.takeSign('^')) return base;
    return this.#nested(() => ({ kind: 'binary', sign: '^', left: base, right: this.#signed() }));
  }

  #primary(): Expression {
    const token = this.current;
    if (token.kind === 'number') {
      this.#at += 1;
      return { kind: 'number', value: token.value };
    }
    if (token.kind === 'text') {
      this.#at += 1;
      return { kind: 'text', value: token.text };
    }
    if (this.takeSign('(')) return this.#inBrackets();
    const first = this.takeName();
    if (first === null) throw this.unexpected('a number or a name');
    if (this.takeSign('(')) return this.#call(first);
    if (!this.takeSign('.')) return { kind: 'name', table: null, name: first };
    const column = this.takeName();
    if (column === null) throw this.unexpected('the name of a column');
    return { kind: 'name', table: first, name: column };
  }

  #inBrackets(): Expression {
    const isQuery = this.current.kind === 'name' && this.current.text.toLowerCase() === 'select';
    if (isQuery && this.readQuery !== null) {
      const { readQuery } = this;
      const query = this.#nested(() => readQuery(this));
      this.expectSign(')');
      return { kind: 'select', query };
    }
    const inner = this.condition();
    this.expectSign(')');
    return inner;
  }

  #call(name: string): Expression {
    if (name.toLowerCase() === 'count' && this.takeSign('*')) {
      this.expectSign(')');
      return { kind: 'countRows' };
    }
    const isDistinct = this.takeWord('distinct');
    return { kind: 'call', name: name.toLowerCase(), args: this.#list(), isDistinct };
  }

  /** What stands up to the closing bracket, which is taken too. */
  #list(): readonly Expression[] {
    const args: Expression[] = [];
    if (this.takeSign(')')) return args;
    do args.push(this.condition());
    while (this.takeSign(',') && args.length < maxArguments);
    this.expectSign(')');
    return args;
  }

  #nested<Result>(read: () => Result): Result {
    this.#depth += 1;
    if (this.#depth > maxDepth) throw new ComputeError('tooLarge', 'The calculation is nested too deeply.');
    const result = read();
    this.#depth -= 1;
    return result;
  }
}

function negatedIf(isNegated: boolean, of: Expression): Expression {
  return isNegated ? { kind: 'not', of } : of;
}
