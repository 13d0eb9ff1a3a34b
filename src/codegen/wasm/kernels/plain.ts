/** What the rows of the plain ops have in common. */
import { type Node, operandsOf } from "../../../ir/graph.ts";
import { type Storage, sameShape, sizeOf, storages } from "../../../ir/type.ts";
import {
  broadcastStrides,
  byteStrides,
  copyBytes,
  loadElement,
  nest,
  pointer,
  storeElement,
  valueType,
} from "../access.ts";
import type { Expr, Func, Local } from "../asm.ts";
import type { Pack, WasmKernel, WasmTarget } from "../kernel.ts";
import { chunks, loadLanes, storeLanes } from "../lanes.ts";
import { type Addresses, addresses, constantPacks, nodeKey } from "../operands.ts";

/** A row of a plain op: operands by address, constant ones included. */
export interface PlainRow {
  readonly name: string;
  /** Left out: always. */
  applies?(node: Node, target: WasmTarget): boolean;
  /** Relative cost of an element; scalar rows cost 16. */
  readonly cost: number;
  /** Packs after the constant operands. */
  pack?(node: Node): readonly Pack[];
  scratch?(node: Node): number;
  /** Operands (in slot order) that the result may overwrite, element by element. */
  readonly inPlace?: readonly number[];
  emit(f: Func, node: Node, at: Addresses): void;
}

/** A kernel row out of the short form. */
export function plainRow(row: PlainRow): WasmKernel {
  return {
    name: row.name,
    applies: (node, target) => row.applies?.(node, target) ?? true,
    cost: (node) => row.cost * sizeOf(node.type.shape),
    key: nodeKey,
    pack: (node) => [...constantPacks(node), ...(row.pack?.(node) ?? [])],
    ...(row.scratch ? { scratch: row.scratch } : {}),
    ...(row.inPlace ? { inPlace: row.inPlace } : {}),
    emit(f, node) {
      if (sizeOf(node.type.shape) > 0) row.emit(f, node, addresses(f, node));
    },
  };
}

/** Cost per element of a scalar row. */
export const scalarCost = 16;

/** Every element of the result from the elements of all operands that broadcast to its place; `value` gets them in locals. */
export function eachElement(f: Func, node: Node, at: Addresses, value: (x: Local[]) => Expr): void {
  const { shape, storage } = node.type;
  const operands = operandsOf(node);
  const result = { at: pointer(f, at.result), strides: byteStrides(storage, shape) };
  const walkers = operands.map((n, i) => ({
    at: pointer(f, at.operands[i]),
    strides: broadcastStrides(n.type.storage, n.type.shape, shape),
  }));
  const element = (): void => {
    const x = operands.map((n, i) =>
      f.let(valueType(f, n.type.storage), loadElement(f, n.type.storage, f.get(walkers[i].at))),
    );
    storeElement(f, storage, f.get(result.at), value(x));
  };
  nest(f, shape, [result, ...walkers], element, "split");
}

/** Whether all operands have the result's shape, so that elements can be taken in memory order. */
export const sameShapes = (node: Node): boolean =>
  operandsOf(node).every((n) => sameShape(n.type.shape, node.type.shape));

/** Elements of a repeated operand that are laid out side by side at most. */
const longestPeriod = 16384;

/** How many elements an operand has before it repeats; undefined if it repeats within the last dimensions. */
function periodOf(node: Node, operand: Node): number | undefined {
  const first = operand.type.shape.findIndex((d) => d !== 1);
  const own = first < 0 ? [] : operand.type.shape.slice(first);
  const tail = own.length ? node.type.shape.slice(-own.length) : [];
  return sameShape(own, tail) ? sizeOf(own) : undefined;
}

/** The common period of the operands that repeat, in whole vectors of 16; 0 if none repeats, undefined if it is too long. */
function commonPeriod(node: Node): number | undefined {
  let common = 16;
  const size = sizeOf(node.type.shape);
  let repeats = false;
  for (const operand of operandsOf(node)) {
    const p = periodOf(node, operand);
    if (p === undefined) return undefined;
    if (p === size) continue;
    repeats = true;
    common = (common / gcd(common, p)) * p;
    if (common > longestPeriod) return undefined;
  }
  return repeats ? common : 0;
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** Whether `eachLane` can take a node's operands: each of the result's shape, or repeating along the first dimensions. */
export const lanesFit = (node: Node): boolean => hasLanes(node) && commonPeriod(node) !== undefined;

/** Storages that `eachLane` reads and writes. */
const laneStorages: readonly Storage[] = ["i8", "u8", "i16", "u16", "i32", "f32"];
const hasLanes = (node: Node): boolean =>
  [node, ...operandsOf(node)].every((n) => laneStorages.includes(n.type.storage));

/** Bytes that a repeated operand takes when it is laid out to the common period; 0 if it is that long, or does not repeat. */
function expandedBytes(node: Node, operand: Node): number {
  const period = commonPeriod(node) ?? 0;
  const own = periodOf(node, operand);
  if (period === 0 || own === period || own === sizeOf(node.type.shape)) return 0;
  return period * storages[operand.type.storage].bytes;
}

/** The scratch memory that `eachLane` wants. */
export const lanesScratch = (node: Node): number =>
  operandsOf(node).reduce((sum, n) => sum + expandedBytes(node, n), 0);

/**
 * Four lanes of the result from four lanes of each operand, in memory order, sixteen elements a turn. Wants `lanesFit`, and
 * scratch memory of `lanesScratch`, where operands that repeat are laid out a whole number of vectors long.
 */
export function eachLane(f: Func, node: Node, at: Addresses, value: (x: Local[]) => Expr): void {
  const operands = operandsOf(node);
  const size = sizeOf(node.type.shape);
  const period = commonPeriod(node) || size;
  const stream = (from: Local, storage: Storage) => ({ at: pointer(f, from), bytes: storages[storage].bytes });
  const result = stream(at.result, node.type.storage);
  let used = 0;
  /** Where each operand begins; those that repeat go back there after each period. */
  const begin = operands.map((n, i) => {
    const bytes = expandedBytes(node, n);
    if (bytes === 0) return at.operands[i];
    const own = periodOf(node, n)! * storages[n.type.storage].bytes;
    const start = pointer(f, at.scratch, used);
    const to = pointer(f, start);
    used += bytes;
    f.repeat(bytes / own, () => {
      copyBytes(f, to, at.operands[i], own);
      f.add(to, own);
    });
    return start;
  });
  const sources = operands.map((n, i) => stream(begin[i], n.type.storage));
  const repeating = operands.flatMap((n, i) => (periodOf(node, n) === size ? [] : [i]));
  const run = (count: number, split?: "split"): void => {
    for (const i of repeating) f.set(sources[i].at, f.get(begin[i]));
    const step = (elements: number): void => {
      const lanes = operands.map((n, i) => loadLanes(f, n.type.storage, sources[i].at, elements));
      const out: Local[] = [];
      for (let g = 0; g < Math.ceil(elements / 4); g++) out.push(f.let(f.b.v128, value(lanes.map((l) => l[g]))));
      storeLanes(f, node.type.storage, result.at, out, elements);
    };
    chunks(f, count, 16, [result, ...sources], step, split);
  };
  if (period >= size) {
    run(size, "split");
    return;
  }
  const walking = [result, ...sources.filter((_, i) => !repeating.includes(i))];
  f.repeatSplit(
    Math.floor(size / period),
    walking.map((s) => [s.at, s.bytes * period] as const),
    () => run(period),
    size % period ? () => run(size % period) : undefined,
  );
}
