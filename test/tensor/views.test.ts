import fc from "fast-check";
import { expect, test } from "vitest";
import { ArgumentError } from "../../src/errors.ts";
import {
  type Index,
  intTensor,
  makePerChannelQuantizedTensor,
  makePerTensorQuantizedTensor,
  type PerChannelAffineQuantizer,
  type PerTensorAffineQuantizer,
  type QTensor,
} from "../../src/tensor/index.ts";

/** What an element is: its integer, what it is measured with, and where it sits in storage. */
interface Element {
  int: number;
  scale: number;
  zeroPoint: number;
  at: number;
}

/** The naive model of a view: a shape and the elements in row-major order. No strides. */
interface Model {
  shape: number[];
  elements: Element[];
}

const product = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);

/** All index lists of a shape in row-major order. */
const indices = (shape: readonly number[]): number[][] =>
  shape.reduce<number[][]>((all, d) => all.flatMap((i) => Array.from({ length: d }, (_, k) => [...i, k])), [[]]);

const flat = (shape: readonly number[], index: readonly number[]) => index.reduce((at, k, d) => at * shape[d] + k, 0);

/** The model whose element at each index of `shape` is the one that `from(index)` names in `m`. */
const remap = (m: Model, shape: number[], from: (index: number[]) => number[]): Model => ({
  shape,
  elements: indices(shape).map((i) => m.elements[flat(m.shape, from(i))]),
});

/** How the tensor describes itself, element by element. */
function describe(q: QTensor): Model {
  const per = q.quantizer();
  const axis = q.qScheme() === "perChannelAffine" ? q.qPerChannelAxis() : undefined;
  const ints = q.intRepr();
  const elements = indices(q.shape).map((index, i) => {
    const at = q.offset + index.reduce((sum, k, d) => sum + k * q.strides[d], 0);
    if (axis === undefined) {
      const { scale, zeroPoint } = per as PerTensorAffineQuantizer;
      return { int: ints[i], scale, zeroPoint, at };
    }
    const { scales, zeroPoints } = per as PerChannelAffineQuantizer;
    return { int: ints[i], scale: scales[index[axis]], zeroPoint: zeroPoints[index[axis]], at };
  });
  return { shape: [...q.shape], elements };
}

const shapes = fc.array(fc.nat(4), { maxLength: 4 });

/** A contiguous tensor with distinct integers and, if per-channel, distinct scales; and its model. */
const tensors = fc.tuple(shapes, fc.nat(4)).map(([shape, axisOrNone]) => {
  const ints = intTensor(
    Int32Array.from({ length: product(shape) }, (_, i) => i * 7 - 50),
    shape,
  );
  const axis = axisOrNone < shape.length ? axisOrNone : undefined;
  const channels = axis === undefined ? 0 : shape[axis];
  const q =
    axis === undefined
      ? makePerTensorQuantizedTensor(ints, 0.1, 3)
      : makePerChannelQuantizedTensor(
          ints,
          Array.from({ length: channels }, (_, c) => 0.1 * (c + 1)),
          Array.from({ length: channels }, (_, c) => 5 * c - 3),
          axis,
        );
  return { q, model: describe(q) };
});

/** A step of a composition; its numbers are read modulo what fits the shape at hand. */
const steps = fc.record({
  kind: fc.constantFrom("transpose", "permute", "select", "slice", "narrow", "reshape", "view", "contiguous", "clone"),
  a: fc.nat(1000),
  b: fc.nat(1000),
  c: fc.nat(1000),
  negative: fc.boolean(),
});
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

const factorials = [1, 1, 2, 6, 24];

/** The `n`-th permutation of 0..rank-1. */
function permutation(rank: number, n: number): number[] {
  const left = Array.from({ length: rank }, (_, i) => i);
  return left.slice().map((_, i) => left.splice(Math.floor(n / factorials[rank - 1 - i]) % (rank - i), 1)[0]);
}

/** Some factorisation of `n` into up to 4 sizes, 1s included. */
function factorisation(n: number, a: number, b: number): number[] {
  const divisors = (m: number) => Array.from({ length: m }, (_, i) => i + 1).filter((d) => m % d === 0);
  if (n === 0) return [[0], [a % 5, 0], [0, a % 5], [a % 5, b % 5, 0]][(a + b) % 4];
  const first = divisors(n)[a % divisors(n).length];
  const second = divisors(n / first)[b % divisors(n / first).length];
  const parts = [first, second, n / first / second];
  return (a + b) % 3 === 0 ? [1, ...parts] : (a + b) % 3 === 1 ? parts : parts.filter((d) => d !== 1);
}

/** Whether the storage positions of the elements, folded as `to`, are an offset plus strides times the index. */
function viewable(m: Model, to: readonly number[]): boolean {
  const positions = m.elements.map((e) => e.at);
  const unit = (d: number) => to.map((_, i) => (i === d ? 1 : 0));
  const strides = to.map((size, d) => (size > 1 ? positions[flat(to, unit(d))] - positions[0] : 0));
  return indices(to).every((index, i) => positions[i] === index.reduce((p, k, d) => p + k * strides[d], positions[0]));
}

/** Whether one dimension of `to` can be the axis of the tensor's channels. */
function keepsAxis(q: QTensor, m: Model, to: readonly number[]): boolean {
  if (q.qScheme() === "perTensorAffine") return true;
  const { scales } = q.quantizer() as PerChannelAffineQuantizer;
  return to.some(
    (size, d) => size === scales.length && indices(to).every((index, i) => m.elements[i].scale === scales[index[d]]),
  );
}

/** Applies a step to the tensor and to the model. */
function apply(step: Step, q: QTensor, m: Model): { q: QTensor; model: Model; moved: boolean } {
  const rank = m.shape.length;
  const dim = rank === 0 ? 0 : step.a % rank;
  const size = m.shape[dim];
  const asked = step.negative ? dim - rank : dim;
  const put = (value: number) => m.shape.map((v, d) => (d === dim ? value : v));
  const unchanged = { q, model: m, moved: false };
  const slice = (start: number, end: number, by: number) => {
    const kept = Array.from({ length: size }, (_, i) => i).filter(
      (i) => i >= start && i < end && (i - start) % by === 0,
    );
    return remap(m, put(kept.length), (index) => index.map((k, d) => (d === dim ? kept[k] : k)));
  };
  switch (step.kind) {
    case "transpose": {
      if (rank === 0) return unchanged;
      const other = step.b % rank;
      const order = m.shape.map((_, d) => (d === dim ? other : d === other ? dim : d));
      const shape = order.map((d) => m.shape[d]);
      const model = remap(m, shape, (index) => m.shape.map((_, d) => index[order.indexOf(d)]));
      return { q: q.transpose(asked, other), model, moved: false };
    }
    case "permute": {
      const order = permutation(rank, step.a);
      const shape = order.map((d) => m.shape[d]);
      const model = remap(m, shape, (index) => m.shape.map((_, d) => index[order.indexOf(d)]));
      return { q: q.permute(order.map((d) => (step.negative ? d - rank : d))), model, moved: false };
    }
    case "select": {
      if (rank === 0 || size === 0) return unchanged;
      const i = step.b % size;
      const model = remap(
        m,
        m.shape.filter((_, d) => d !== dim),
        (index) => [...index.slice(0, dim), i, ...index.slice(dim)],
      );
      return { q: q.select(asked, step.negative ? i - size : i), model, moved: false };
    }
    case "slice": {
      if (rank === 0) return unchanged;
      const start = step.b % (size + 1);
      const end = step.c % (size + 2);
      const by = 1 + (step.c % 3);
      const from = step.negative && start < size ? start - size : start;
      return { q: q.slice(asked, from, end, by), model: slice(start, end, by), moved: false };
    }
    case "narrow": {
      if (rank === 0) return unchanged;
      const start = step.b % (size + 1);
      const length = step.c % (size - start + 1);
      return { q: q.narrow(asked, start, length), model: slice(start, start + length, 1), moved: false };
    }
    case "reshape":
    case "view": {
      const to = factorisation(m.elements.length, step.a, step.b);
      const call = () => (step.kind === "view" ? q.view(to) : q.reshape(to));
      const possible = keepsAxis(q, m, to) && (step.kind === "reshape" || viewable(m, to));
      if (!possible) {
        expect(call).toThrow(ArgumentError);
        return unchanged;
      }
      return { q: call(), model: { shape: to, elements: m.elements }, moved: !viewable(m, to) };
    }
    case "contiguous": {
      const result = q.contiguous();
      expect(result.isContiguous()).toBe(true);
      return { q: result, model: m, moved: result !== q };
    }
    default:
      return { q: q.clone(), model: m, moved: true };
  }
}

test("compositions of views agree with nested lists, channels included", () => {
  let perChannel = 0;
  fc.assert(
    fc.property(tensors, fc.array(steps, { maxLength: 6 }), (start, list) => {
      let { q, model } = start;
      for (const step of list) {
        const before = q;
        const result = apply(step, q, model);
        q = result.q;
        const actual = describe(q);
        if (result.moved) {
          expect(q.storage).not.toBe(before.storage);
          // Positions in the new storage are the tensor's own affair; everything else must agree.
          result.model = {
            ...result.model,
            elements: result.model.elements.map((e, i) => ({ ...e, at: actual.elements[i]?.at })),
          };
        } else expect(q.storage).toBe(before.storage);
        expect(actual).toEqual(result.model);
        model = result.model;
      }
      if (q.qScheme() === "perChannelAffine") perChannel++;
      const real = q.dequantize();
      const expected = model.elements.map((e) => (e.int - e.zeroPoint) * e.scale);
      expect([...real.data].map((v, i) => Math.abs(v - expected[i]) < 1e-4)).toEqual(expected.map(() => true));
      expect(q.equal(q.contiguous())).toBe(true);
    }),
    { numRuns: 1500 },
  );
  expect(perChannel).toBeGreaterThan(100);
});

test("index is select and slice, entry by entry", () => {
  const entries = fc.oneof(
    fc.record({ pick: fc.nat(100) }),
    fc.record({ start: fc.integer({ min: -5, max: 5 }), step: fc.integer({ min: 1, max: 3 }) }),
    fc.constant(":" as const),
  );
  fc.assert(
    fc.property(tensors, fc.array(entries, { maxLength: 4 }), fc.boolean(), ({ q }, list, dots) => {
      const used = list.slice(0, q.shape.length);
      const first = dots ? q.shape.length - used.length : 0;
      const index: Index[] = dots ? ["..."] : [];
      let expected = q;
      let d = first;
      for (const [i, entry] of used.entries()) {
        const size = q.shape[first + i];
        if (entry === ":" || ("pick" in entry && size === 0)) {
          index.push(":");
          d++;
        } else if ("pick" in entry) {
          index.push(entry.pick % size);
          expected = expected.select(d, entry.pick % size);
        } else {
          index.push(entry);
          expected = expected.slice(d++, entry.start, undefined, entry.step);
        }
      }
      const actual = q.index(...index);
      expect(describe(actual)).toEqual(describe(expected));
      expect(actual.storage).toBe(q.storage);
    }),
    { numRuns: 500 },
  );
});
