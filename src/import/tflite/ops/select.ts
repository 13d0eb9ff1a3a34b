/** Comparing, picking, casting and scaling of images. */
import type { Node } from "../../../ir/graph.ts";
import { broadcast } from "../../../ir/ops/broadcast.ts";
import { binary, cast } from "../../../ir/ops/elementwise.ts";
import { resize } from "../../../ir/ops/resize.ts";
import { argExtremum, extremum, gather, gatherNd } from "../../../ir/ops/select.ts";
import { concat, reshape } from "../../../ir/ops/shape.ts";
import { makeConst } from "../../../ir/ops/source.ts";
import type { Operator } from "../context.ts";
import { anything, type Conversion, type Conversions, numbers } from "./table.ts";

const larger = (fn: "max" | "min"): Conversion => ({
  types: [...numbers, "INT16", "INT32", "INT64"],
  convert(op) {
    const [x, y] = [op.input(0), op.input(1)];
    if (["f32", "i32", "i64"].includes(x.type.storage)) op.result(op.make(binary, { x, y }, { fn }));
    else {
      op.sameQuant(x.type.quant, op.output().quant);
      op.sameQuant(y.type.quant, op.output().quant);
      op.result(op.make(extremum, { x, y }, { fn }));
    }
  },
});

const position = (fn: "max" | "min"): Conversion => ({
  types: [...numbers, "INT16", "INT32"],
  convert(op) {
    const x = op.input(0);
    const [given] = op.integers(1, "an axis");
    const axis = op.axis(given, x.type.shape.length);
    const { storage } = op.output();
    if (storage !== "i32" && storage !== "i64")
      op.fail(`wants a result of INT32 or INT64, found ${op.output().element}`);
    op.result(op.make(argExtremum, { x }, { fn, axis }, { storage }));
  },
});

function resized(op: Operator, kind: "ResizeBilinear" | "ResizeNearestNeighbor"): void {
  const { alignCorners, halfPixelCenters } = op.options(kind);
  const x = op.input(0);
  if (alignCorners && halfPixelCenters) op.fail("wants align_corners or half_pixel_centers, found both");
  const size = op.integers(1, "a size");
  if (size.length !== 2 || size.some((s) => s < 1))
    op.fail(`wants a size [height, width] of at least 1x1, found [${size}]`);
  const integer = x.type.storage === "i8" || x.type.storage === "i16";
  const by = kind === "ResizeNearestNeighbor" ? "nearest" : integer ? "linear_1024" : "linear_float";
  op.result(op.make(resize, { x }, { size, by, alignCorners, halfPixel: halfPixelCenters }));
}

/** GATHER with leading dimensions that x and the indices share, each of which is a batch of its own: tuples of indices. */
function gatherInBatches(op: Operator, axis: number, given: number): void {
  const [x, indices] = [op.input(0), op.input(1)];
  const rank = indices.type.shape.length;
  const batches = given < 0 ? given + rank : given;
  const shared = x.type.shape.slice(0, batches);
  if (batches < 1 || batches > rank || axis !== batches) op.unsupported(`batch_dims ${given} with axis ${axis}`);
  if (shared.some((d, i) => d !== indices.type.shape[i]))
    op.fail(`wants indices in batches of [${shared}], found [${indices.type.shape}]`);
  const { storage, shape } = indices.type;
  const column = (n: Node, what: string) =>
    op.make(reshape, { x: n }, { shape: [...shape, 1] }, { name: op.step(what) });
  const counts = shared.map((d, k) => {
    const data =
      storage === "i64"
        ? BigInt64Array.from({ length: d }, (_, i) => BigInt(i))
        : Int32Array.from({ length: d }, (_, i) => i);
    const own = makeConst(
      op.step(`batch${k}`),
      { storage, shape: shape.map((_, i) => (i === k ? d : 1)) },
      data,
      op.where,
    );
    return column(op.make(broadcast, { x: own }, { shape }, { name: op.step(`batch${k}`) }), `batch${k}`);
  });
  const tuples = op.make(
    concat,
    { xs: [...counts, column(indices, "index")] },
    { axis: [rank] },
    { name: op.step("tuples") },
  );
  op.result(op.make(gatherNd, { x, indices: tuples }));
}

export const selectConversions: Conversions = {
  MAXIMUM: larger("max"),
  MINIMUM: larger("min"),
  ARG_MAX: position("max"),
  ARG_MIN: position("min"),
  GATHER: {
    types: anything,
    convert(op) {
      const { axis, batchDims } = op.options("Gather");
      const x = op.input(0);
      const at = op.axis(axis, x.type.shape.length);
      if (batchDims === 0) op.result(op.make(gather, { x, indices: op.input(1) }, { axis: at }));
      else gatherInBatches(op, at, batchDims);
    },
  },
  GATHER_ND: {
    types: anything,
    convert: (op) => op.result(op.make(gatherNd, { x: op.input(0), indices: op.input(1) })),
  },
  CAST: {
    types: anything,
    convert: (op) =>
      op.result(op.make(cast, { x: op.input(0) }, {}, { storage: op.output().storage, quant: op.output().quant })),
  },
  RESIZE_BILINEAR: { types: [...numbers, "INT16"], convert: (op) => resized(op, "ResizeBilinear") },
  RESIZE_NEAREST_NEIGHBOR: { types: [...numbers, "INT16"], convert: (op) => resized(op, "ResizeNearestNeighbor") },
};
