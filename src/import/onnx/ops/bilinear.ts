/**
 * Linear Resize in planes, ONNX Runtime's way: each element is the f32 sum of four products, of 8-bit integers truncated.
 * Positions and weights are formed in f32, one operation at a time: quantized models have ties and whole numbers that a bit decides.
 */
import type { Node } from "../../../ir/graph.ts";
import { binary, cast } from "../../../ir/ops/elementwise.ts";
import type { Operator } from "../context.ts";
import { picked } from "./select.ts";

const f = Math.fround;

/** How one dimension is scaled: see `resize.ts`. */
interface Scaled {
  readonly axis: number;
  readonly size: number;
  readonly result: number;
  readonly scale: number;
}

/** The position in the input of output element `i`, in f32. */
function position(op: Operator, i: number, { size, result, scale }: Scaled): number {
  const transform = op.text("coordinate_transformation_mode", "half_pixel");
  const s = f(scale);
  const half = () => f(f(f(i + 0.5) / s) - 0.5);
  if (s === 1) return i;
  switch (transform) {
    case "asymmetric":
      return f(i / s);
    case "align_corners":
      // Of the size before it is rounded down, as the specification has it.
      return result === 1 || scale * size === 1 ? 0 : f(f(i * (size - 1)) / f(scale * size - 1));
    case "half_pixel":
      return half();
    case "pytorch_half_pixel":
      return result > 1 ? half() : 0;
    case "half_pixel_symmetric": {
      const offset = f(f(size / 2) * f(1 - f(result / f(s * size))));
      return f(offset + half());
    }
  }
  return op.unsupported(`coordinate transformation ${transform}`);
}

/** The two neighbours of each output element along a dimension, and the weight of each. */
function neighbours(op: Operator, a: Scaled) {
  const list = Array.from({ length: op.positions(a.result) }, (_, i) => {
    const at = Math.max(0, Math.min(position(op, i, a), a.size - 1));
    const first = Math.min(Math.trunc(at), a.size - 1);
    const second = Math.min(first + 1, a.size - 1);
    const [near, far] = [f(Math.abs(at - first)), f(Math.abs(at - second))];
    return { first, second, weights: first === second ? [0.5, 0.5] : [far, near] };
  });
  return {
    of: (k: 0 | 1) => list.map((t) => (k ? t.second : t.first)),
    weights: (k: 0 | 1) => list.map((t) => t.weights[k]),
  };
}

/** x (f32, or integers of 8 bits) resized along its last two dimensions. */
export function bilinear(op: Operator, x: Node, rows: Scaled, columns: Scaled): Node {
  const [y, z] = [neighbours(op, rows), neighbours(op, columns)];
  const { storage } = x.type;
  let sum: Node | undefined;
  // In the order of the kernel: first row, then second, the columns within.
  for (const [r, c] of [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ] as const) {
    const corner = picked(op, picked(op, x, rows.axis, y.of(r), `row${r}.`), columns.axis, z.of(c), `corner${r}${c}.`);
    const real =
      storage === "f32" ? corner : op.make(cast, { x: corner }, {}, { storage: "f32", name: `${op.name}/real` });
    const [wy, wz] = [
      op.constantNode(`rows${r}`, "f32", [rows.result, 1], Float32Array.from(y.weights(r))),
      op.constantNode(`columns${c}`, "f32", [columns.result], Float32Array.from(z.weights(c))),
    ];
    const w = op.make(binary, { x: wz, y: wy }, { fn: "mul" }, { name: `${op.name}/weight${r}${c}` });
    const product = op.make(binary, { x: w, y: real }, { fn: "mul" }, { name: `${op.name}/part` });
    sum = sum ? op.make(binary, { x: sum, y: product }, { fn: "add" }) : product;
  }
  return storage === "f32" ? sum! : op.make(cast, { x: sum! }, {}, { storage });
}
