/** Functions of 16 stored bits as tables: of one 16-bit value, or of two 8-bit values. */
import { string } from "../attr.ts";
import { broadcastIndex, broadcastShape } from "../broadcast.ts";
import { defineOp, maybe, tensor } from "../op.ts";
import { allocate, type Storage, sizeOf, storages } from "../type.ts";

const bits = (s: Storage) => 8 * storages[s].bytes;

export const wideTable = defineOp("wide_table", {
  doc: "Every stored 16-bit x, or every pair of stored 8-bit x and y (shapes broadcast), replaced through 65536 entries: at x minus its storage's lowest, or at 256 times that plus the same of y.",
  operands: {
    x: tensor("i8", "u8", "i16"),
    y: maybe("i8", "u8"),
    t: tensor("i8", "u8", "i16", "bool"),
  },
  attrs: { of: string({ default: "" }) },
  kind: "elementwise",
  level: "both",
  quant: "free",
  storage: ({ t }) => t.storage,
  shape: ({ x, y }) => (y ? broadcastShape(x.shape, y.shape) : x.shape),
  verify: [
    { id: "entries", says: "65536 entries", holds: ({ t }) => t.shape.length === 1 && t.shape[0] === 65536 },
    { id: "bits", says: "16 bits of operands", holds: ({ x, y }) => bits(x.storage) + (y ? 8 : 0) === 16 },
  ],
  eval({ x, y, t }, _, type) {
    const out = allocate(type.storage, sizeOf(type.shape)) as Int8Array;
    const [xs, entries] = [x.data as Int8Array, t.data as Int8Array];
    const lowest = storages[x.type.storage].min;
    if (!y) {
      for (let i = 0; i < out.length; i++) out[i] = entries[xs[i] - lowest];
      return out;
    }
    const ys = y.data as Int8Array;
    const least = storages[y.type.storage].min;
    const xAt = broadcastIndex(x.type.shape, type.shape);
    const yAt = broadcastIndex(y.type.shape, type.shape);
    for (let i = 0; i < out.length; i++) out[i] = entries[256 * (xs[xAt(i)] - lowest) + ys[yAt(i)] - least];
    return out;
  },
  sample: (rand, pool) => {
    const x = { storage: "i8", shape: [rand(1, 3), rand(1, 5)], quant: pool.quant("i8") } as const;
    return {
      operands: {
        x,
        y: { ...x, shape: rand(0, 1) ? x.shape : x.shape.slice(1) },
        t: { storage: "i8", shape: [65536] },
      },
      attrs: {},
      result: { quant: pool.quant("i8") },
    };
  },
});
