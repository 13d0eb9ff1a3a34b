/** What the rows of the plain ops have in common. */
import { type Node, operandsOf } from "../../../ir/graph.ts";
import { type Storage, sameShape, sizeOf, storages } from "../../../ir/type.ts";
import { broadcastStrides, byteStrides, loadElement, nest, pointer, storeElement, valueType } from "../access.ts";
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
  nest(f, shape, [result, ...walkers], () => {
    const x = operands.map((n, i) =>
      f.let(valueType(f, n.type.storage), loadElement(f, n.type.storage, f.get(walkers[i].at))),
    );
    storeElement(f, storage, f.get(result.at), value(x));
  });
}

/** Whether all operands have the result's shape, so that elements can be taken in memory order. */
export const sameShapes = (node: Node): boolean =>
  operandsOf(node).every((n) => sameShape(n.type.shape, node.type.shape));

/** Storages that `eachLane` reads and writes. */
export const laneStorages: readonly Storage[] = ["i8", "u8", "i16", "u16", "i32", "f32"];
export const hasLanes = (node: Node): boolean =>
  [node, ...operandsOf(node)].every((n) => laneStorages.includes(n.type.storage));

/**
 * Four lanes of the result from four lanes of each of the first `count` operands, in memory order, sixteen elements a turn.
 * Wants operands of the result's shape.
 */
export function eachLane(
  f: Func,
  node: Node,
  at: Addresses,
  count: number,
  value: (x: Local[], group: number) => Expr,
): void {
  const operands = operandsOf(node).slice(0, count);
  const stream = (from: Local, storage: Storage) => ({ at: pointer(f, from), bytes: storages[storage].bytes });
  const result = stream(at.result, node.type.storage);
  const sources = operands.map((n, i) => stream(at.operands[i], n.type.storage));
  chunks(f, sizeOf(node.type.shape), 16, [result, ...sources], (elements) => {
    const lanes = operands.map((n, i) => loadLanes(f, n.type.storage, sources[i].at, elements));
    const out: Local[] = [];
    for (let g = 0; g < Math.ceil(elements / 4); g++) {
      out.push(
        f.let(
          f.b.v128,
          value(
            lanes.map((l) => l[g]),
            g,
          ),
        ),
      );
    }
    storeLanes(f, node.type.storage, result.at, out, elements);
  });
}
