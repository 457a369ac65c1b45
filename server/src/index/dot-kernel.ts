/**
 * The inner loop of the vector scan as WebAssembly with 128-bit SIMD: eight products and their sums an instruction, over
 * ten times as fast as the same loop in JavaScript (`npm run bench:vectors`). The module is assembled here, opcode by
 * opcode, because it is one function of 30 instructions: no compiler in the build, and nothing binary in the repository.
 * Opcodes: WebAssembly core specification, "Binary Format".
 */
export interface DotKernel {
  /** Grows by pages of 64 KiB; a view of its buffer is void after that. */
  readonly memory: GrowingMemory;
  /**
   * Dot products of one query with `count` vectors that lie one behind another. All are byte addresses in `memory`:
   * `query` has int16 parts, `vectors` int8 parts; `out` receives one int32 a vector. `dimensions` is a multiple of 16.
   */
  readonly dots: (query: number, vectors: number, count: number, dimensions: number, out: number) => void;
}

export interface GrowingMemory {
  readonly buffer: ArrayBuffer;
  /** @throws RangeError when the machine does not give that much */
  grow(pages: number): number;
}

/** The part of the global that is used here; TypeScript has its types only among those of the browser. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (size: { readonly initial: number }) => GrowingMemory;
};

export const pageBytes = 65_536;
/** 1 GiB: 500,000 vectors of 2,048 parts. */
const maxPages = 16_384;

export function createDotKernel(): DotKernel {
  const instance = new WebAssembly.Instance(new WebAssembly.Module(assembleModule()));
  const { memory, dots } = instance.exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof dots !== 'function') {
    throw new Error('The vector kernel does not export what it should.');
  }
  return { memory, dots: dots as DotKernel['dots'] };
}

const [i32, v128, voidBlock, functionType] = [0x7f, 0x7b, 0x40, 0x60] as const;
const exportKind = { function: 0, memory: 2 } as const;
/** The function's parameters, then its locals, by their index. */
const local = { query: 0, vectors: 1, count: 2, dimensions: 3, out: 4, stop: 5, part: 6, even: 7, odd: 8 } as const;

const get = (name: keyof typeof local): readonly number[] => [0x20, local[name]];
const set = (name: keyof typeof local): readonly number[] => [0x21, local[name]];
const constant = (value: number): readonly number[] => [0x41, ...leb(value)];
const [add, subtract, isZero, isLess, end] = [0x6a, 0x6b, 0x45, 0x49, 0x0b] as const;
const simd = (opcode: number): readonly number[] => [0xfd, ...leb(opcode)];
/** Alignment is a hint (1 byte is always true); `offset` is added to the address. */
const loadVector = (offset: number): readonly number[] => [...simd(0x00), 0, offset];
/** Eight int8 made into int16 while they are loaded. */
const loadBytes = (offset: number): readonly number[] => [...simd(0x01), 0, offset];
const addLanes = simd(0xae);
/** Multiplies eight int16 with eight, and adds neighbours: four int32. */
const dotLanes = simd(0xba);
const lane = (index: number): readonly number[] => [...simd(0x1b), index];
const zeroVector = [...simd(0x0c), ...new Array<number>(16).fill(0)];

/** `sum += bytes at (vectors + 8 n) · int16 at (part + 16 n)`; two sums, so that one addition need not wait for the other. */
const accumulate = (sum: 'even' | 'odd', n: number): readonly number[] => [
  ...[...get(sum), ...get('vectors'), ...loadBytes(8 * n), ...get('part'), ...loadVector(16 * n)],
  ...[...dotLanes, ...addLanes, ...set(sum)],
];
const advance = (name: keyof typeof local, bytes: number): readonly number[] => [
  ...[...get(name), ...constant(bytes), add, ...set(name)],
];

const body = [
  ...[0x02, voidBlock, 0x03, voidBlock],
  ...[...get('count'), isZero, 0x0d, 1],
  ...[...zeroVector, ...set('even'), ...zeroVector, ...set('odd')],
  ...[...get('query'), ...set('part'), ...get('vectors'), ...get('dimensions'), add, ...set('stop')],
  ...[0x03, voidBlock],
  ...[...accumulate('even', 0), ...accumulate('odd', 1), ...advance('vectors', 16), ...advance('part', 32)],
  ...[...get('vectors'), ...get('stop'), isLess, 0x0d, 0, end],
  ...[...get('even'), ...get('odd'), ...addLanes, ...set('even'), ...get('out')],
  ...[...get('even'), ...lane(0), ...get('even'), ...lane(1), add],
  ...[...get('even'), ...lane(2), add, ...get('even'), ...lane(3), add],
  ...[0x36, 2, 0],
  ...[...advance('out', 4), ...get('count'), ...constant(1), subtract, ...set('count')],
  ...[0x0c, 0, end, end, end],
];

function assembleModule(): Uint8Array<ArrayBuffer> {
  const code = [2, 2, i32, 2, v128, ...body];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, functionType, 5, i32, i32, i32, i32, i32, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 1, ...leb(1), ...leb(maxPages)]),
    ...section(7, [2, ...name('memory'), exportKind.memory, 0, ...name('dots'), exportKind.function, 0]),
    ...section(10, [1, ...leb(code.length), ...code]),
  ]);
}

function section(id: number, content: readonly number[]): readonly number[] {
  return [id, ...leb(content.length), ...content];
}

function name(text: string): readonly number[] {
  return [text.length, ...Array.from(text, (character) => character.charCodeAt(0))];
}

/** LEB128 of a number from 0, the same as signed and unsigned: the last byte never has its sign bit set. */
function leb(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return [...bytes, rest];
}
