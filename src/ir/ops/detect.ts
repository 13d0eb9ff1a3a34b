/** Objects from anchors: boxes decoded, and of those that overlap the best kept (TFLite's detection post-processing). */
import { bool, float, int } from "../attr.ts";
import { exp } from "../math.ts";
import { defineOp, tensor } from "../op.ts";
import type { TypedArray } from "../type.ts";

const f = Math.fround;

/** Numbers of a result row: ymin, xmin, ymax, xmax, class, score, and 1 where there is a detection. */
export const detectionRow = 7;

/** Attributes that say how boxes are decoded. */
export interface Decoding {
  readonly yScale: number;
  readonly xScale: number;
  readonly hScale: number;
  readonly wScale: number;
}

/**
 * Corners [ymin, xmin, ymax, xmax] of boxes that are encoded against anchors [ycenter, xcenter, height, width]: centers and
 * half extents in doubles, each rounded to f32, then corners in f32.
 */
export function decodeBoxes(boxes: TypedArray, width: number, anchors: TypedArray, d: Decoding): Float32Array {
  const count = anchors.length / 4;
  const corners = new Float32Array(4 * count);
  for (let i = 0; i < count; i++) {
    const [y, x, h, w] = Array.from(boxes.subarray(i * width, i * width + 4) as Float32Array);
    const [ay, ax, ah, aw] = Array.from(anchors.subarray(4 * i, 4 * i + 4) as Float32Array);
    const yc = f((y / d.yScale) * ah + ay);
    const xc = f((x / d.xScale) * aw + ax);
    const hh = f(0.5 * exp(h / d.hScale) * ah);
    const hw = f(0.5 * exp(w / d.wScale) * aw);
    corners.set([yc - hh, xc - hw, yc + hh, xc + hw], 4 * i);
  }
  return corners;
}

/** Intersection over union of boxes i and j in f32; 0 where one of them is empty. */
export function overlap(b: Float32Array, i: number, j: number): number {
  const [p, q] = [4 * i, 4 * j];
  const first = f(f(b[p + 2] - b[p]) * f(b[p + 3] - b[p + 1]));
  const second = f(f(b[q + 2] - b[q]) * f(b[q + 3] - b[q + 1]));
  if (first <= 0 || second <= 0) return 0;
  const height = f(Math.min(b[p + 2], b[q + 2]) - Math.max(b[p], b[q]));
  const width = f(Math.min(b[p + 3], b[q + 3]) - Math.max(b[p + 1], b[q + 1]));
  const both = f(Math.max(height, 0) * Math.max(width, 0));
  return f(both / f(f(first + second) - both));
}

export const detect = defineOp("detect", {
  doc: "Detections as rows [ymin, xmin, ymax, xmax, class, score, 1], best first, zeros after the last: boxes [1, N, 4...] decoded against anchors [N, 4], scores [1, N, classes], perhaps with a background class in front. Suppression goes class by class (`perClass` of each at most), or over each box's best class (`perClass` 0).",
  operands: { boxes: tensor("f32"), scores: tensor("f32"), anchors: tensor("f32") },
  attrs: {
    count: int({ min: 1 }),
    classes: int({ min: 1 }),
    perClass: int({ min: 0 }),
    least: float(),
    overlap: float(),
    yScale: float({ default: 1 }),
    xScale: float({ default: 1 }),
    hScale: float({ default: 1 }),
    wScale: float({ default: 1 }),
    background: bool({ default: false }),
  },
  kind: "reduction",
  level: "both",
  quant: "none",
  storage: "f32",
  shape({ boxes, scores, anchors }, { count, classes, background }) {
    const n = anchors.shape[0];
    const wanted = classes + (background ? 1 : 0);
    if (anchors.shape.length !== 2 || anchors.shape[1] !== 4)
      throw new Error(`wants anchors as [N, 4], found [${anchors.shape}]`);
    if (boxes.shape.length !== 3 || boxes.shape[0] !== 1 || boxes.shape[1] !== n || boxes.shape[2] < 4) {
      throw new Error(`wants boxes as [1, ${n}, 4], found [${boxes.shape}]`);
    }
    if (scores.shape.length !== 3 || scores.shape[0] !== 1 || scores.shape[1] !== n || scores.shape[2] !== wanted) {
      throw new Error(`wants scores as [1, ${n}, ${wanted}], found [${scores.shape}]`);
    }
    return [1, count, detectionRow];
  },
  eval({ boxes, scores, anchors }, a) {
    const corners = decodeBoxes(boxes.data, boxes.type.shape[2], anchors.data, a);
    const n = corners.length / 4;
    const first = a.background ? 1 : 0;
    const columns = a.classes + first;
    const score = (box: number, c: number): number => (scores.data as Float32Array)[box * columns + first + c];
    const best = (box: number): number => {
      let c = 0;
      for (let k = 1; k < a.classes; k++) if (score(box, k) > score(box, c)) c = k;
      return c;
    };
    const found: number[][] = [];
    for (let c = 0; c < (a.perClass ? a.classes : 1); c++) {
      const classOf = Array.from({ length: n }, (_, i) => (a.perClass ? c : best(i)));
      // Not-a-number stands for a box that is out: chosen, suppressed, or scored too low.
      const left = Float32Array.from({ length: n }, (_, i) => {
        const v = score(i, classOf[i]);
        return v >= a.least ? v : Number.NaN;
      });
      for (let taken = 0; taken < (a.perClass || a.count); taken++) {
        let top = -1;
        for (let i = 0; i < n; i++) if (top < 0 ? !Number.isNaN(left[i]) : left[i] > left[top]) top = i;
        if (top < 0) break;
        const row = [...corners.subarray(4 * top, 4 * top + 4), classOf[top], left[top], 1];
        // After all that are as good; what falls behind the last place is dropped.
        const at = found.findIndex((r) => r[5] < row[5]);
        found.splice(at < 0 ? found.length : at, 0, row);
        if (found.length > a.count) found.pop();
        left[top] = Number.NaN;
        for (let i = 0; i < n; i++)
          if (!Number.isNaN(left[i]) && overlap(corners, top, i) > a.overlap) left[i] = Number.NaN;
      }
    }
    const out = new Float32Array(a.count * detectionRow);
    found.forEach((row, i) => {
      out.set(row, i * detectionRow);
    });
    return out;
  },
  sample: (rand) => {
    const n = rand(1, 12);
    const classes = rand(1, 3);
    const background = rand(0, 1) === 1;
    return {
      operands: {
        boxes: { storage: "f32", shape: [1, n, 4] },
        scores: { storage: "f32", shape: [1, n, classes + (background ? 1 : 0)] },
        anchors: { storage: "f32", shape: [n, 4] },
      },
      attrs: {
        count: rand(1, 6),
        classes,
        perClass: rand(0, 3),
        least: -10,
        overlap: 0.5,
        hScale: 5,
        wScale: 5,
        background,
      },
    };
  },
});
