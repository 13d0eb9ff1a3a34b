/**
 * The fused epilogue of 8-bit kernels: accumulators in locals become stored bytes without touching memory in between.
 * A `Finisher` knows one node; the kernel asks it for the constants to put in front of each block of channels, and to
 * emit code that finishes a tile of rows x vectors of 4 channels.
 */
import type { Expr, Func, Local } from "./asm.ts";
import { FinishConstants } from "./epilogue-constants.ts";
import { doubleFunction, exactFunction, integerRule, wideFunction } from "./exact.ts";
import type { Path } from "./requantize-plan.ts";

/** Where a tile goes: the address of its first byte, the distance of its rows, and how many channels are real. */
export interface TilePlace {
  readonly result: Local;
  /** Address of the residual that belongs to `result`, if the node has one. */
  readonly residual?: Local;
  /** Bytes from one row's element to the next row's (the result's; a residual has 1-byte elements as the result does). */
  readonly rowStride: number;
  readonly channels: number;
}

/** A common constant in all lanes. */
type Constants = (key: string) => Expr;

/** Finishes tiles of one node. */
export class Finisher extends FinishConstants {
  /** Splats of common constants, each loaded where code in a row first wants it. */
  #commons(f: Func, pack: Local): Constants {
    const loaded = new Map<string, Local>();
    return (key) => {
      let local = loaded.get(key);
      if (!local) {
        const { at } = this.commons.find((k) => k.key === key)!;
        local = f.let(f.b.v128, f.m.v128.load32_splat(at, 4, f.get(pack)));
        loaded.set(key, local);
      }
      return f.get(local);
    };
  }

  /** A common constant as a scalar. */
  #scalar(f: Func, pack: Local, key: string): Expr {
    return f.m.i32.load(this.commons.find((k) => k.key === key)!.at, 4, f.get(pack));
  }

  /**
   * Emits the end of a tile: `acc[row][vector]`, biases included, are stored at `place`. `pack` points at the common
   * constants, `block` (plus `blockOffset`) at the block's.
   */
  emit(f: Func, acc: Local[][], pack: Local, block: Local, blockOffset: number, place: TilePlace): void {
    if (!this.plan.requantize) {
      for (let r = 0; r < acc.length; r++) {
        acc[r].forEach((v, k) => {
          storePart(
            f,
            place.result,
            r * place.rowStride + k * 16,
            () => f.get(v),
            Math.min(16, place.channels * 4 - k * 16),
          );
        });
      }
      return;
    }
    const body = (path: Path | "rounded") => this.#emitPath(f, acc, pack, block, blockOffset, place, path);
    if (this.paths.length === 1) {
      body(this.paths[0]);
      return;
    }
    const which = (): Expr => f.m.i32.load(blockOffset + this.at("path"), 4, f.get(block));
    if (!this.paths.includes("exact")) {
      // What follows the rounding is the same for both, and is emitted once.
      const rounding = (path: Path) => f.block(() => this.#round(f, acc, pack, block, blockOffset, path));
      f.do(f.m.if(which(), rounding(this.paths[1]), rounding(this.paths[0])));
      body("rounded");
      return;
    }
    const branch = (i: number): Expr => {
      const own = f.block(() => body(this.paths[i]));
      if (i === this.paths.length - 1) return own;
      return f.m.if(f.m.i32.eq(which(), f.m.i32.const(i)), own, branch(i + 1));
    };
    f.do(branch(0));
  }

  /** Accumulators of all rows become unsaturated values in place. */
  #round(f: Func, acc: Local[][], pack: Local, block: Local, blockOffset: number, path: Path): void {
    const round = this.#rounder(f, pack, block, blockOffset, path, this.#commons(f, pack));
    for (const row of acc) for (const [k, a] of row.entries()) round(a, k);
  }

  /** Loads what a path's rounding needs; gives what rounds an accumulator of the block's vector `k` in place. */
  #rounder(
    f: Func,
    pack: Local,
    block: Local,
    blockOffset: number,
    path: Path,
    constant: Constants,
  ): (a: Local, k: number) => void {
    if (path === "f64") return (a, k) => this.#wide(f, a, block, blockOffset, k, pack);
    if (path === "exact") return (a, k) => this.#exact(f, a, block, blockOffset, k);
    const constants = (what: "scale" | "offset") =>
      Array.from({ length: this.nv }, (_, k) =>
        f.let(f.b.v128, f.m.v128.load(blockOffset + this.at(what) + k * 16, 16, f.get(block))),
      );
    const scale = constants("scale");
    const offset = this.hasOffsets ? constants("offset") : [];
    return (a, k) => this.#quick(f, a, scale[k], offset[k], constant);
  }

  #emitPath(
    f: Func,
    acc: Local[][],
    pack: Local,
    block: Local,
    blockOffset: number,
    place: TilePlace,
    path: Path | "rounded",
  ): void {
    const vectors = this.nv;
    const constant = this.#commons(f, pack);
    const round = path === "rounded" ? undefined : this.#rounder(f, pack, block, blockOffset, path, constant);
    const finish = (row: number, k: number): void => {
      const a = acc[row][k];
      round?.(a, k);
      if (this.plan.add) {
        this.#clampLanes(f, a, constant, path === "exact");
        this.#addResidual(f, a, place, row, k, constant, pack);
      } else if (path === "exact") this.#clampLanes(f, a, constant, true);
    };
    // Two rows of 8 channels, or one of 16, fill a vector of bytes.
    const step = vectors === 2 ? 2 : 1;
    for (let row = 0; row < acc.length; row += step) {
      const rows = Math.min(step, acc.length - row);
      for (let r = row; r < row + rows; r++) for (let k = 0; k < vectors; k++) finish(r, k);
      this.#store(f, acc, row, rows, place, constant);
    }
    if (this.plan.table) this.#lookUp(f, acc.length, pack, place);
  }

  /** The f32 formula in place: an accumulator becomes unsaturated values. */
  #quick(f: Func, a: Local, scale: Local, offset: Local | undefined, constant: Constants): void {
    const { f32x4, i32x4, v128 } = f.m;
    f.set(a, f32x4.mul(f32x4.convert_i32x4_s(f.get(a)), f.get(scale)));
    if (offset) {
      const plus = this.plan.requantize!.form === "plus";
      const moved = plus ? f.get(offset) : v128.or(v128.and(f.get(a), constant("sign")), f.get(offset));
      f.set(a, f32x4.add(f.get(a), moved));
    }
    f.set(a, i32x4.sub(f32x4.add(f.get(a), constant("magic")), constant("toValue")));
  }

  /** The f64 formula in place. */
  #wide(f: Func, a: Local, block: Local, blockOffset: number, k: number, pack: Local): void {
    const { m, b } = f;
    const at = (what: "wideScale" | "wideOffset") => f.plus(block, blockOffset + this.at(what) + k * 32);
    const name = wideFunction(f, this.plan.requantize!.form);
    const toValue = this.#scalar(f, pack, "wideToValue");
    f.set(a, m.call(name, [f.get(a), at("wideScale"), at("wideOffset"), toValue], b.v128));
  }

  /** The rule itself, lane by lane; gives clamped values minus the table's base. */
  #exact(f: Func, a: Local, block: Local, blockOffset: number, k: number): void {
    const { m, b } = f;
    const { rule } = this.plan.requantize!.stage.by;
    const name = exactFunction(f, rule);
    for (let lane = 0; lane < 4; lane++) {
      const at = blockOffset + this.at("exact") + (k * 4 + lane) * 16;
      const load = (offset: number) =>
        integerRule(rule) ? m.i64.load(at + offset, 8, f.get(block)) : m.f64.load(at + offset, 8, f.get(block));
      const zero = m.i32.const(this.plan.requantize!.stage.zero);
      const value = m.call(name, [m.i32x4.extract_lane(f.get(a), lane), load(0), load(8), zero], b.i32);
      f.set(a, m.i32x4.replace_lane(f.get(a), lane, value));
    }
  }

  #clampLanes(f: Func, a: Local, constant: Constants, exact: boolean): void {
    const { i32x4 } = f.m;
    f.set(a, i32x4.max_s(i32x4.min_s(f.get(a), constant("high")), constant("low")));
    if (exact && !this.plan.add && this.plan.table) {
      f.set(a, i32x4.sub(f.get(a), i32x4.splat(f.m.i32.const(this.plan.table.lowest))));
    }
  }

  /** Adds the residual's 4 lanes; gives unsaturated values minus the table's base. */
  #addResidual(f: Func, a: Local, place: TilePlace, row: number, k: number, constant: Constants, pack: Local): void {
    const { f32x4, i16x8, i32x4, v128 } = f.m;
    const { stage, residualSigned, fit } = this.plan.add!;
    const bytes = v128.load32_zero(row * place.rowStride + k * 4, 1, f.get(place.residual!));
    const lanes = residualSigned
      ? i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(bytes))
      : i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes));
    const rounded = (v: Expr) => i32x4.sub(f32x4.add(v, constant("magic")), constant("addToValue"));
    if (fit) {
      const y = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(lanes), constant("sum.b")), constant("sum.c"));
      f.set(a, f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(f.get(a)), constant("sum.a")), y));
      if (fit.away) {
        f.set(a, f32x4.add(f.get(a), v128.or(v128.and(f.get(a), constant("sign")), constant("sum.away"))));
      }
      f.set(a, rounded(f.get(a)));
      return;
    }
    const y = f.let(f.b.v128, lanes);
    const centered = (v: Local, zero: string) => i32x4.sub(f.get(v), constant(zero));
    const { rule, k: constants } = stage.by;
    switch (rule) {
      case "f32": {
        const real = (v: Local, zero: string, by: string) =>
          f32x4.mul(f32x4.convert_i32x4_s(centered(v, zero)), constant(by));
        const sum = f32x4.add(real(a, "xZero", "k0"), real(y, "yZero", "k1"));
        f.set(a, rounded(f32x4.mul(sum, constant("k2"))));
        return;
      }
      case "fixed_up":
      case "fixed_away": {
        f.set(a, i32x4.mul(centered(a, "xZero"), constant("k0")));
        f.set(a, i32x4.add(f.get(a), i32x4.mul(centered(y, "yZero"), constant("k1"))));
        const up = i32x4.add(f.get(a), constant("half"));
        const nudged = rule === "fixed_up" ? up : i32x4.add(up, i32x4.shr_s(f.get(a), f.m.i32.const(31)));
        f.set(a, i32x4.add(i32x4.shr_s(nudged, f.m.i32.const(constants[2])), constant("addZero")));
        return;
      }
      case "f32_fma":
        throw new Error("f32_fma is computed by a proven formula only");
      case "q31_three":
      case "q31_three_sub":
        this.#sumExactly(f, a, y, pack, rule === "q31_three" ? f.m.i32.add : f.m.i32.sub);
        return;
    }
    throw new Error(rule satisfies never);
  }

  #sumExactly(f: Func, a: Local, y: Local, pack: Local, join: (x: Expr, y: Expr) => Expr): void {
    const { m, b } = f;
    const i = m.i32;
    const name = doubleFunction(f);
    const rescaled = (v: Expr, by: string, shift: string) =>
      m.call(name, [v, this.#scalar(f, pack, by), this.#scalar(f, pack, shift)], b.i32);
    const shifted = (v: Local, lane: number, zero: string) =>
      i.shl(i.sub(m.i32x4.extract_lane(f.get(v), lane), this.#scalar(f, pack, zero)), this.#scalar(f, pack, "k0"));
    for (let lane = 0; lane < 4; lane++) {
      const sum = join(
        rescaled(shifted(a, lane, "xZero"), "k1", "k2"),
        rescaled(shifted(y, lane, "yZero"), "k3", "k4"),
      );
      const value = i.add(rescaled(sum, "k5", "k6"), this.#scalar(f, pack, "addZero"));
      f.set(a, m.i32x4.replace_lane(f.get(a), lane, value));
    }
  }

  /** Narrows one or two rows to bytes, clamps and stores them. */
  #store(f: Func, acc: Local[][], row: number, rows: number, place: TilePlace, constant: Constants): void {
    const { i8x16, i16x8, v128 } = f.m;
    const pair = (r: number, k: number) => i16x8.narrow_i32x4_s(f.get(acc[r][k]), f.get(acc[r][k + 1]));
    const second = (): Expr => (this.nv === 2 ? pair(row + rows - 1, 0) : pair(row, 2));
    const narrow = this.unsignedBytes ? i8x16.narrow_i16x8_u : i8x16.narrow_i16x8_s;
    const bytes = acc[row][0];
    f.set(bytes, narrow(pair(row, 0), second()));
    if (this.clampsBytes) {
      const [max, min] = this.unsignedBytes ? [i8x16.max_u, i8x16.min_u] : [i8x16.max_s, i8x16.min_s];
      f.set(bytes, max(min(f.get(bytes), constant("highBytes")), constant("lowBytes")));
    }
    if (this.nv === 4) {
      storePart(f, place.result, row * place.rowStride, () => f.get(bytes), place.channels);
      return;
    }
    for (let r = 0; r < rows; r++) {
      const at = (row + r) * place.rowStride;
      if (place.channels === 8) f.do(v128.store64_lane(at, 1, r, f.get(place.result), f.get(bytes)));
      else {
        const own = () =>
          r === 0
            ? f.get(bytes)
            : i8x16.shuffle(f.get(bytes), f.get(bytes), [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15]);
        storePart(f, place.result, at, own, place.channels);
      }
    }
  }

  /** Replaces the bytes that were just stored by their table entries. */
  #lookUp(f: Func, rows: number, pack: Local, place: TilePlace): void {
    const { i32 } = f.m;
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < place.channels; c++) {
        const at = r * place.rowStride + c;
        const entry = i32.add(f.get(pack), i32.load8_u(at, 1, f.get(place.result)));
        f.do(i32.store8(at, 1, f.get(place.result), i32.load8_u(this.tableAt, 1, entry)));
      }
    }
  }
}

/** Stores the first `bytes` (1 to 16) of a vector. */
function storePart(f: Func, to: Local, at: number, value: () => Expr, bytes: number): void {
  const { v128 } = f.m;
  if (bytes >= 16) {
    f.do(v128.store(at, 1, f.get(to), value()));
    return;
  }
  let done = 0;
  for (const [size, store] of [
    [8, v128.store64_lane],
    [4, v128.store32_lane],
    [2, v128.store16_lane],
    [1, v128.store8_lane],
  ] as const) {
    if (bytes - done >= size) {
      f.do(store(at + done, 1, done / size, f.get(to), value()));
      done += size;
    }
  }
}
