/**
 * Random graphs from the declarations alone: an op, operands that fit (values the graph has, parameters or constants),
 * sampled attributes, the inferred type; kept if it verifies. Nothing here knows an op by name.
 */
import type { Attr, Rand } from "../../src/ir/attr.ts";
import { Graph, make, type Node, operandsOf } from "../../src/ir/graph.ts";
import type { OpDef, SamplePool, Slots } from "../../src/ir/op.ts";
import { ops } from "../../src/ir/ops/index.ts";
import { makeConst, makeParam } from "../../src/ir/ops/source.ts";
import {
  allocate,
  type Channels,
  perTensor,
  type Storage,
  sameType,
  sizeOf,
  storages,
  type TensorType,
  type TypedArray,
} from "../../src/ir/type.ts";
import { verify } from "../../src/ir/verify.ts";

/** A small fast generator of uniform integers (mulberry32), so that a seed replays on any engine. */
export function random(seed: number): Rand {
  let s = seed | 0;
  return (lo, hi) => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return lo + Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * (hi - lo + 1));
  };
}

/** Random stored values of a type: the whole range of 8-bit storages, small magnitudes elsewhere; extremes are frequent. */
export function randomValues(type: TensorType, rand: Rand): TypedArray {
  const data = allocate(type.storage, sizeOf(type.shape));
  const bounds = storages[type.storage];
  const mode = rand(0, 5);
  for (let i = 0; i < data.length; i++) {
    let v: number;
    if (type.storage === "f32") v = rand(-800, 800) / 16;
    else if (type.storage === "bool") v = rand(0, 1);
    else if (storages[type.storage].bytes === 1)
      v = mode === 0 ? bounds.min : mode === 1 ? bounds.max : rand(bounds.min, bounds.max);
    else v = rand(-2000, 2000);
    if (data instanceof BigInt64Array) data[i] = BigInt(v);
    else data[i] = v;
  }
  return data;
}

const candidates = [...ops.values()].filter((op) => op.sample && op.level !== "kernel");

/** A random verified graph of about `steps` ops. */
export function generate(seed: number, steps = 10): Graph {
  const rand = random(seed);
  /** Half of the graphs are mostly one chain, in which each value has one reader, as fusions want it. */
  const chain = rand(0, 1) === 1;
  const made: Node[] = [];
  const params: Node[] = [];
  const scales = [0.25, 0.5, Math.fround(0.1), Math.fround(0.0235)];
  const pool: SamplePool & { channelPool: Channels[] } = {
    channelPool: [],
    quant: (storage: Storage) =>
      perTensor(scales[rand(0, 3)], storage === "i8" ? [0, -128, 5][rand(0, 2)] : [0, 128, 7][rand(0, 2)]),
    channels(count) {
      const known = this.channelPool.find((c) => c.scales.length === count);
      if (known && rand(0, 1)) return known;
      const c = {
        name: `c${this.channelPool.length}`,
        scales: Array.from({ length: count }, () => Math.fround(rand(1, 64) / 512)),
        zeros: Array.from({ length: count }, () => 0),
      };
      this.channelPool.push(c);
      return c;
    },
    pick(accept, otherwise) {
      const found = made.filter((n) => accept(n.type));
      if (chain && found.length && found[found.length - 1] === made[made.length - 1] && rand(0, 9)) {
        return found[found.length - 1].type;
      }
      // The newest value most of the time, so that chains and their fusions come about.
      if (found.length && rand(0, 9) < 8) return found[rand(0, 2) ? found.length - 1 : rand(0, found.length - 1)].type;
      return otherwise();
    },
  };

  const operandOf = (type: TensorType): Node => {
    const found = made.filter((n) => sameType(n.type, type));
    if (found.length && rand(0, 9) < 9) return found[rand(0, 3) ? found.length - 1 : rand(0, found.length - 1)];
    const param = rand(0, 4) !== 0 && type.quant?.kind === "tensor";
    const node = param ? makeParam(`p${params.length}`, type) : makeConst("c", type, randomValues(type, rand));
    if (param) params.push(node);
    made.push(node);
    return node;
  };
  const constantOf = (type: TensorType): Node => makeConst("w", type, randomValues(type, rand));

  for (let tries = 0, count = 0; count < steps && tries < steps * 20; tries++) {
    const op: OpDef = candidates[rand(0, candidates.length - 1)];
    const sample = op.sample!(rand, pool);
    const operands: Record<string, Node | Node[]> = {};
    let first = true;
    for (const [key, slot] of Object.entries(op.operands as Slots)) {
      const type = sample.operands[key];
      if (type === undefined) continue;
      // The first operand chains; the others of a reduction are weights, which compilers expect to be constant.
      const take = first || op.kind !== "reduction" ? operandOf : constantOf;
      operands[key] = slot.list ? type.map(take) : take(type);
      first = false;
    }
    const attrs: Record<string, unknown> = {};
    for (const [key, attr] of Object.entries(op.attrs as Record<string, Attr<unknown>>)) {
      const given = (sample.attrs as Record<string, unknown>)[key];
      if (given !== undefined) attrs[key] = given;
      else if (attr.default === undefined || rand(0, 2) === 0) attrs[key] = attr.sample(rand);
    }
    let node: Node;
    try {
      node = make(op, operands, attrs, { ...sample.result, name: "v" });
    } catch {
      continue;
    }
    if (sizeOf(node.type.shape) > 4096 || verify(new Graph("try", params, [{ name: "y", node }])).length) continue;
    made.push(node);
    count++;
  }

  const used = new Set(made.flatMap(operandsOf));
  const ends = made.filter((n) => !used.has(n) && n.op.kind !== "source");
  const roots = ends.length ? ends : made.slice(-1);
  return new Graph(
    `g${seed}`,
    params,
    roots.map((node, i) => ({ name: `out${i}`, node })),
  );
}

/** Inputs for a graph, from the same kind of seed. */
export function inputsFor(graph: Graph, seed: number): TypedArray[] {
  const rand = random(seed ^ 0x5bd1e995);
  return graph.params.map((p) => randomValues(p.type, rand));
}
