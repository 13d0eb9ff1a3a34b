/** Taking tensors apart and putting them together. */
import type { Node } from "../../../ir/graph.ts";
import { concat, reshape, slice } from "../../../ir/ops/shape.ts";
import { sameQuant } from "../../../ir/type.ts";
import type { Operator } from "../context.ts";
import { concatRescale } from "../fixed-point.ts";
import { tabled } from "./activation.ts";
import { anything, type Conversions } from "./table.ts";

/** `size` elements from `begin` on along each dimension. */
const part = (op: Operator, x: Node, begin: number[], size: number[], name: string): Node =>
  op.make(slice, { x }, { begin, size, step: begin.map(() => 1) }, { name });

/** x in consecutive parts along an axis, one for each result. */
function parts(op: Operator, x: Node, axis: number, sizes: readonly number[]): void {
  const { shape } = x.type;
  if (sizes.length !== op.outputs.length) op.fail(`wants ${sizes.length} outputs, found ${op.outputs.length}`);
  const total = sizes.reduce((a, b) => a + b, 0);
  if (sizes.some((s) => s < 0) || total !== shape[axis]) {
    op.fail(`wants parts of ${shape[axis]} elements along dimension ${axis}, found [${sizes}]`);
  }
  let from = 0;
  sizes.forEach((size, i) => {
    const begin = shape.map((_, d) => (d === axis ? from : 0));
    op.result(
      part(
        op,
        x,
        begin,
        shape.map((s, d) => (d === axis ? size : s)),
        op.output(i).name,
      ),
      i,
    );
    from += size;
  });
}

/** CONCATENATION: operands on the result's quantizer side by side; uint8 ones on another are rescaled first. */
function concatenated(op: Operator): void {
  const { axis, fused } = op.options("Concatenation");
  if (op.activation(fused) !== "NONE") op.unsupported("fused activation");
  const { quant } = op.output();
  const xs = op.inputs.map((_, i) => {
    const x = op.input(i);
    if (!quant || sameQuant(x.type.quant, quant) || x.type.storage === "i32" || x.type.storage === "i64") return x;
    if (x.type.storage !== "u8") op.sameQuant(x.type.quant, quant);
    const to = op.perTensor(op.output());
    const name = op.step(`part${i}`);
    return tabled(op, x, to, name, "tflite.rescale", concatRescale(op.perTensor(x), to));
  });
  if (xs.length === 0) op.fail("wants at least one input, found none");
  op.result(op.make(concat, { xs }, { axis: [op.axis(axis, xs[0].type.shape.length)] }));
}

/** A strided slice's bounds along one dimension: first element, how many, and by which step. */
interface Range {
  readonly begin: number;
  readonly size: number;
  readonly step: number;
}

/** STRIDED_SLICE: one entry for each dimension, where an ellipsis stands for several and a new axis for none. */
function stridedSlice(op: Operator): void {
  const o = op.options("StridedSlice");
  const x = op.input(0);
  const [begins, ends, steps] = [1, 2, 3].map((i) => op.integers(i, ["begin", "end", "strides"][i - 1]));
  if (begins.length !== ends.length || ends.length !== steps.length) {
    op.fail(`wants begin, end and strides of one length, found ${begins.length}, ${ends.length} and ${steps.length}`);
  }
  const has = (mask: number, i: number) => ((mask >> i) & 1) === 1;
  const rank = x.type.shape.length;
  const entries = begins.map((_, i) => i);
  const ellipsis = entries.find((i) => has(o.ellipsis, i));
  const isNew = (i: number) => i !== ellipsis && has(o.newAxis, i);
  const covered = entries.filter((i) => i !== ellipsis && !isNew(i)).length;
  if (covered > rank) op.fail(`wants entries for ${rank} dimensions, found ${covered}`);
  const ranges: Range[] = [];
  const shape: number[] = [];
  const whole = (count: number) => {
    for (let k = 0; k < count; k++) {
      const size = x.type.shape[ranges.length];
      ranges.push({ begin: 0, size, step: 1 });
      shape.push(size);
    }
  };
  for (const i of entries) {
    if (i === ellipsis) whole(rank - covered);
    else if (isNew(i)) shape.push(1);
    else {
      const end = o.offset ? begins[i] + ends[i] : ends[i];
      const shrink = has(o.shrinkAxis, i);
      const masks = { begin: has(o.begin, i), end: has(o.end, i), shrink };
      ranges.push(rangeOf(op, x.type.shape[ranges.length], begins[i], end, steps[i], masks));
      if (!shrink) shape.push(ranges[ranges.length - 1].size);
    }
  }
  whole(rank - ranges.length);
  const name = op.output().name;
  const attrs = { begin: ranges.map((r) => r.begin), size: ranges.map((r) => r.size), step: ranges.map((r) => r.step) };
  const direct = shape.length === rank && !o.newAxis && !o.shrinkAxis;
  const taken = op.make(slice, { x }, attrs, { name: direct ? name : op.step("slice") });
  op.result(direct ? taken : op.make(reshape, { x: taken }, { shape }));
}

function rangeOf(
  op: Operator,
  size: number,
  begin: number,
  end: number,
  step: number,
  masks: { begin: boolean; end: boolean; shrink: boolean },
): Range {
  if (step === 0) op.fail("wants strides other than 0");
  const counted = (v: number) => (v < 0 ? v + size : v);
  if (masks.shrink) {
    const at = counted(begin);
    if (at < 0 || at >= size) op.fail(`wants an index in [${-size}, ${size}), found ${begin}`);
    return { begin: at, size: 1, step: 1 };
  }
  const [lowest, highest] = step > 0 ? [0, size] : [-1, size - 1];
  const limited = (v: number) => Math.max(lowest, Math.min(highest, counted(v)));
  const from = masks.begin ? (step > 0 ? lowest : highest) : limited(begin);
  const to = masks.end ? (step > 0 ? highest : lowest) : limited(end);
  const count = Math.max(0, Math.ceil((to - from) / step));
  return { begin: count ? from : 0, size: count, step };
}

export const sliceConversions: Conversions = {
  CONCATENATION: { types: anything, convert: concatenated },
  STRIDED_SLICE: { types: anything, convert: stridedSlice },
  SLICE: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const [begin, sizes] = [op.integers(1, "begin"), op.integers(2, "size")];
      const rank = x.type.shape.length;
      if (begin.length !== rank || sizes.length !== rank) {
        op.fail(`wants begin and size for ${rank} dimensions, found ${begin.length} and ${sizes.length}`);
      }
      const size = sizes.map((s, d) => (s === -1 ? x.type.shape[d] - begin[d] : s));
      if (size.some((s, d) => s < 0 || begin[d] < 0 || begin[d] + s > x.type.shape[d])) {
        op.fail(`wants a slice within [${x.type.shape}], found [${size}] from [${begin}] on`);
      }
      const from = begin.map((b, d) => (size[d] ? b : 0));
      op.result(part(op, x, from, size, op.output().name));
    },
  },
  SPLIT: {
    types: anything,
    data: 1,
    convert(op) {
      const [given] = op.integers(0, "an axis");
      const x = op.input(1);
      const axis = op.axis(given, x.type.shape.length);
      const { count } = op.options("Split");
      const size = x.type.shape[axis] / count;
      if (count < 1 || !Number.isInteger(size)) op.fail(`wants ${x.type.shape[axis]} elements in ${count} equal parts`);
      parts(op, x, axis, new Array<number>(Math.min(count, op.outputs.length)).fill(size));
    },
  },
  SPLIT_V: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const [given] = op.integers(2, "an axis");
      const axis = op.axis(given, x.type.shape.length);
      const sizes = op.integers(1, "sizes");
      const known = sizes.reduce((n, s) => (s < 0 ? n : n + s), 0);
      parts(
        op,
        x,
        axis,
        sizes.map((s) => (s === -1 ? x.type.shape[axis] - known : s)),
      );
    },
  },
  PACK: {
    types: anything,
    convert(op) {
      const { axis: given } = op.options("Pack");
      if (op.inputs.length === 0) op.fail("wants at least one input, found none");
      const axis = op.axis(given, op.input(0).type.shape.length + 1);
      const xs = op.inputs.map((_, i) => {
        const x = op.input(i);
        if (op.output().quant) op.sameQuant(x.type.quant, op.output().quant);
        const shape = [...x.type.shape];
        shape.splice(axis, 0, 1);
        return op.make(reshape, { x }, { shape }, { name: op.step(`part${i}`) });
      });
      op.result(op.make(concat, { xs }, { axis: [axis] }));
    },
  },
  UNPACK: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const { shape } = x.type;
      const axis = op.axis(op.options("Unpack").axis, shape.length);
      if (shape[axis] !== op.outputs.length) op.fail(`wants ${shape[axis]} outputs, found ${op.outputs.length}`);
      op.outputs.forEach((_, i) => {
        const begin = shape.map((_s, d) => (d === axis ? i : 0));
        const one = part(
          op,
          x,
          begin,
          shape.map((s, d) => (d === axis ? 1 : s)),
          op.step("slice", i),
        );
        op.result(
          op.make(reshape, { x: one }, { shape: shape.filter((_s, d) => d !== axis) }, { name: op.output(i).name }),
          i,
        );
      });
    },
  },
  REVERSE_V2: {
    types: anything,
    convert(op) {
      const x = op.input(0);
      const { shape } = x.type;
      const axes = op.axes(op.integers(1, "axes"), shape.length);
      const begin = shape.map((s, d) => (axes.includes(d) ? Math.max(0, s - 1) : 0));
      const step = shape.map((_, d) => (axes.includes(d) ? -1 : 1));
      op.result(op.make(slice, { x }, { begin, size: [...shape], step }));
    },
  },
};
