/** TFLite_Detection_PostProcess, the custom operator that SSD models end in. */
import { toReference } from "flatbuffers/js/flexbuffers.js";
import type { Node } from "../../../ir/graph.ts";
import { detect } from "../../../ir/ops/detect.ts";
import { sum } from "../../../ir/ops/pool.ts";
import { dequantize } from "../../../ir/ops/quant.ts";
import { reshape, slice } from "../../../ir/ops/shape.ts";
import type { Operator } from "../context.ts";
import type { Conversions } from "./table.ts";

/** The operator's options, a FlexBuffer map of numbers; `absent` stands for keys that may be left out. */
function optionsOf(op: Operator) {
  const bytes = op.customOptions();
  const fetch = (key: string, absent?: number): number => {
    let value: unknown;
    try {
      // The reader wants a buffer of its own; only the asked keys are followed, so that a knot of values costs nothing.
      const map = toReference(new Uint8Array(bytes).buffer as ArrayBuffer) as unknown as { get(key: string): any };
      const found = map.get(key);
      value = found.isBool() ? Number(found.boolValue()) : (found.numericValue() ?? absent);
    } catch {
      value = absent;
    }
    const number = typeof value === "bigint" ? Number(value) : value;
    if (typeof number !== "number" || !Number.isFinite(number)) op.fail(`wants the option ${key} as a number`);
    return number;
  };
  const count = (key: string, absent?: number): number => {
    const n = fetch(key, absent);
    if (!Number.isInteger(n) || n < 1 || n > 65536) op.fail(`wants the option ${key} in [1, 65536], found ${n}`);
    return n;
  };
  const scale = (key: string): number => {
    const s = Math.fround(fetch(key));
    if (s === 0) op.fail(`wants the option ${key} other than 0`);
    return s;
  };
  return {
    count: count("max_detections"),
    classes: count("num_classes"),
    perDetection: count("max_classes_per_detection"),
    perClass: count("detections_per_class", 100),
    regular: fetch("use_regular_nms", 0) !== 0,
    least: Math.fround(fetch("nms_score_threshold")),
    overlap: Math.fround(fetch("nms_iou_threshold")),
    yScale: scale("y_scale"),
    xScale: scale("x_scale"),
    hScale: scale("h_scale"),
    wScale: scale("w_scale"),
  };
}

/** Input `i` in f32. */
function real(op: Operator, i: number): Node {
  const x = op.input(i);
  if (x.type.storage === "f32") return x;
  op.perTensor(x);
  return op.make(dequantize, { x }, {}, { name: op.step(["boxes", "scores", "anchors"][i]) });
}

/** The name of the custom operator. */
export const detectionPostProcess = "TFLite_Detection_PostProcess";

export const customConversions: Conversions = {
  [detectionPostProcess]: {
    types: ["FLOAT32", "UINT8", "INT8"],
    limits:
      "several classes per detection without regular suppression; boxes without extent, an error in the reference, overlap nothing",
    convert(op) {
      const { perDetection, regular, ...o } = optionsOf(op);
      if (!regular && Math.min(perDetection, o.classes) > 1) op.unsupported("several classes per detection");
      const [boxes, scores, anchors] = [real(op, 0), real(op, 1), real(op, 2)];
      const background = scores.type.shape[2] === o.classes + 1;
      const attrs = { ...o, perClass: regular ? o.perClass : 0, background };
      const rows = op.make(detect, { boxes, scores, anchors }, attrs, { name: op.step("rows") });
      const columns = (from: number, width: number, what: string): Node => {
        const attrs = { begin: [0, 0, from], size: [1, o.count, width], step: [1, 1, 1] };
        return op.make(slice, { x: rows }, attrs, { name: op.step(what) });
      };
      const flat = (x: Node, i: number): Node =>
        op.make(reshape, { x }, { shape: [1, o.count] }, { name: op.output(i).name });
      op.free(columns(0, 4, "corners"), 0);
      op.free(flat(columns(4, 1, "class"), 1), 1);
      op.free(flat(columns(5, 1, "score"), 2), 2);
      const found = op.make(
        sum,
        { x: columns(6, 1, "found") },
        { axes: [1, 2], keepDims: false },
        { name: op.output(3).name },
      );
      op.free(found, 3);
    },
  },
};
