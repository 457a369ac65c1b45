/** A calculation over named operands → its exact value. */
import { ComputeError } from './compute-error';
import { tokenise } from './lexer';
import { ExpressionParser } from './parse-expression';
import * as quantities from './quantity';
import { quantity, type Quantity } from './quantity';
import { rational } from './rational';
import { walkExpression, type BinarySign, type Expression } from './syntax-tree';
import { assertNever } from '../util/assert-never';

type FunctionOfMany = (values: readonly Quantity[]) => Quantity;

/** Of several values, or of the rows of a query. */
export const aggregateFunctions = {
  sum: quantities.sum,
  avg: quantities.average,
  min: (values) => quantities.extreme(values, -1),
  max: (values) => quantities.extreme(values, 1),
  median: quantities.median,
} satisfies Readonly<Record<string, FunctionOfMany>>;

const functions: Readonly<Record<string, FunctionOfMany>> = {
  ...aggregateFunctions,
  average: quantities.average,
  mean: quantities.average,
  count: (values) => quantity(rational(BigInt(values.length))),
};

/** With how many arguments: one, two, or one with a second that may be left out. */
export const scalarFunctions: Readonly<
  Record<
    string,
    { readonly least: number; readonly most: number; readonly run: (values: readonly Quantity[]) => Quantity }
  >
> = {
  abs: { least: 1, most: 1, run: ([value]) => quantities.absolute(given(value)) },
  round: {
    least: 1,
    most: 2,
    run: ([value, decimals]) => quantities.round(given(value), decimals ?? quantity(rational(0n))),
  },
  percent: { least: 2, most: 2, run: ([part, whole]) => quantities.percentOf(given(part), given(whole)) },
  pct_change: { least: 2, most: 2, run: ([before, after]) => quantities.percentChange(given(before), given(after)) },
};

/** @throws ComputeError with one sentence that says what is wrong */
export function parseCalculation(source: string): Expression {
  const parser = new ExpressionParser(tokenise(source), null);
  const expression = parser.condition();
  parser.expectEnd();
  return expression;
}

/** The operands that a calculation names. */
export function namesIn(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>();
  for (const part of walkExpression(expression)) if (part.kind === 'name') names.add(part.name);
  return names;
}

/** @throws ComputeError */
export function evaluate(expression: Expression, operands: ReadonlyMap<string, Quantity>): Quantity {
  const valueOf = (of: Expression): Quantity => evaluate(of, operands);
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'name':
      return operandOf(expression.name, operands);
    case 'negate':
      return quantities.negate(valueOf(expression.of));
    case 'binary':
      return applySign(expression.sign, valueOf(expression.left), valueOf(expression.right));
    case 'call':
      return callFunction(expression.name, expression.args.map(valueOf));
    case 'text':
    case 'comparison':
    case 'both':
    case 'either':
    case 'not':
    case 'isNull':
    case 'like':
    case 'countRows':
    case 'select':
      throw new ComputeError('notAllowed', 'A calculation holds numbers, operands, + - * / ^ and functions only.');
    default:
      return assertNever(expression);
  }
}

export function applySign(sign: BinarySign, left: Quantity, right: Quantity): Quantity {
  switch (sign) {
    case '+':
      return quantities.add(left, right);
    case '-':
      return quantities.subtract(left, right);
    case '*':
      return quantities.multiply(left, right);
    case '/':
      return quantities.divide(left, right);
    case '^':
      return quantities.power(left, right);
    default:
      return assertNever(sign);
  }
}

/** @throws ComputeError where the function takes another number of values */
export function checkArguments(name: string, count: number): void {
  const { least, most } = scalarFunctions[name] ?? { least: 1, most: Infinity };
  if (count >= least && count <= most) return;
  const takes = least === most ? String(least) : `${least} or ${most}`;
  throw new ComputeError('syntax', `The function ${name} takes ${takes} values and has ${count}.`);
}

function callFunction(name: string, values: readonly Quantity[]): Quantity {
  const scalar = Object.hasOwn(scalarFunctions, name) ? scalarFunctions[name] : undefined;
  if (scalar !== undefined) {
    checkArguments(name, values.length);
    return scalar.run(values);
  }
  const run = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (run !== undefined) return run(values);
  const known = [...Object.keys(functions), ...Object.keys(scalarFunctions)].join(', ');
  throw new ComputeError('unknownName', `There is no function ${name}; there are ${known}.`);
}

function operandOf(name: string, operands: ReadonlyMap<string, Quantity>): Quantity {
  const value = operands.get(name);
  if (value !== undefined) return value;
  const known = [...operands.keys()].join(', ') || 'none';
  throw new ComputeError('unknownName', `There is no operand ${name}; there are: ${known}.`);
}

function given(value: Quantity | undefined): Quantity {
  if (value === undefined) throw new ComputeError('syntax', 'A function lacks a value.');
  return value;
}
