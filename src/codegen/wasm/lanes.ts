/** Groups of four 32-bit lanes: how vector kernels read narrow storages into them and store them back. */
import { type Storage, storages } from "../../ir/type.ts";
import { storeFirst } from "./access.ts";
import type { Expr, Func, Local } from "./asm.ts";

/** A vector local that starts with a value. */
export const vec = (f: Func, value: Expr): Local => f.let(f.b.v128, value);

/** An i32 or f32 constant in all lanes of a local; ask before the loop. */
export const intLanes = (f: Func, v: number): Local => vec(f, f.m.i32x4.splat(f.m.i32.const(v)));
export const floatLanes = (f: Func, v: number): Local => vec(f, f.m.f32x4.splat(f.m.f32.const(v)));

/** One element that moves along with a chunk. */
export interface Stream {
  readonly at: Local;
  /** Bytes per element. */
  readonly bytes: number;
}

/**
 * Runs `body` for `per` elements at a time and once for what is left, moving the streams; `body` gets how many elements are
 * there. What it reads beyond them is memory that exists; what it writes must end with them. Calls share the chunks if
 * `split` says so.
 */
export function chunks(
  f: Func,
  size: number,
  per: number,
  streams: readonly Stream[],
  body: (count: number) => void,
  split?: "split",
): void {
  const whole = Math.floor(size / per);
  const rest = size % per;
  const chunk = (): void => {
    body(per);
    for (const s of streams) f.add(s.at, s.bytes * per);
  };
  const last = rest ? () => body(rest) : undefined;
  if (split) {
    f.repeatSplit(
      whole,
      streams.map((s) => [s.at, s.bytes * per] as const),
      chunk,
      last,
    );
    return;
  }
  f.repeat(whole, chunk);
  last?.();
}

/** `count` elements from an address on as locals of four 32-bit lanes: integers widened, f32 as they are. */
export function loadLanes(f: Func, storage: Storage, at: Local, count: number): Local[] {
  const { m } = f;
  const groups = Math.ceil(count / 4);
  const out: Local[] = [];
  switch (storage) {
    case "i8":
    case "u8":
    case "bool":
      for (let g = 0; g < groups; g += 2) {
        const signed = storage === "i8";
        const half = vec(f, (signed ? m.v128.load8x8_s : m.v128.load8x8_u)(4 * g, 1, f.get(at)));
        out.push(vec(f, (signed ? m.i32x4.extend_low_i16x8_s : m.i32x4.extend_low_i16x8_u)(f.get(half))));
        if (g + 1 < groups) {
          out.push(vec(f, (signed ? m.i32x4.extend_high_i16x8_s : m.i32x4.extend_high_i16x8_u)(f.get(half))));
        }
      }
      return out;
    case "i16":
    case "u16":
      for (let g = 0; g < groups; g++) {
        out.push(vec(f, (storage === "i16" ? m.v128.load16x4_s : m.v128.load16x4_u)(8 * g, 1, f.get(at))));
      }
      return out;
    case "i32":
    case "f32":
      for (let g = 0; g < groups; g++) out.push(vec(f, m.v128.load(16 * g, 1, f.get(at))));
      return out;
  }
  throw new Error(`no lanes of ${storage}`);
}

/** Stores the first `count` elements of groups of lanes whose values fit the storage. */
export function storeLanes(f: Func, storage: Storage, to: Local, groups: readonly Local[], count: number): void {
  const { m } = f;
  const bytes = storages[storage].bytes;
  let vectors: Local[];
  const last = groups[groups.length - 1];
  const group = (i: number): Expr => f.get(groups[i] ?? last);
  if (bytes === 4) vectors = [...groups];
  else {
    const narrow = storage === "u16" ? m.i16x8.narrow_i32x4_u : m.i16x8.narrow_i32x4_s;
    vectors = [];
    for (let g = 0; g < groups.length; g += 2) vectors.push(vec(f, narrow(group(g), group(g + 1))));
    if (bytes === 1) {
      const halves = vectors;
      vectors = [];
      const toBytes = storage === "i8" ? m.i8x16.narrow_i16x8_s : m.i8x16.narrow_i16x8_u;
      for (let h = 0; h < halves.length; h += 2) {
        vectors.push(vec(f, toBytes(f.get(halves[h]), f.get(halves[h + 1] ?? halves[h]))));
      }
    }
  }
  for (const [i, v] of vectors.entries()) {
    const left = count * bytes - 16 * i;
    if (left > 0) storeFirst(f, to, 16 * i, v, Math.min(16, left));
  }
}
