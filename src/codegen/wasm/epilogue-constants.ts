/**
 * The constants of a fused epilogue: those common to all channels stand at the start of a node's pack, those of a block of
 * channels in front of the block's weights.
 */
import { clamp, rescaleHasSecond } from "../../ir/rescale.ts";
import { storages } from "../../ir/type.ts";
import { integerRule } from "./exact.ts";
import type { Conv } from "./kernels/conv-geometry.ts";
import { type FinishPlan, finishPlan, type Path } from "./requantize-plan.ts";

/** Adding this float leaves no room for a fraction below 2^22, so the addition rounds; its bits begin those of the sum. */
const magic = 12582912;
const magicBits = 0x4b400000;

/** The constants of one node's epilogue and where they stand. `nv` is the number of vectors of 4 channels in a block. */
export class FinishConstants {
  readonly g: Conv;
  readonly plan: FinishPlan;
  readonly nv: number;
  readonly paths: readonly Path[];
  protected readonly commons: { bits: ArrayBuffer; key: string; at: number }[] = [];
  #commonBytes = 0;

  constructor(g: Conv, nv: number) {
    this.g = g;
    this.nv = nv;
    this.plan = finishPlan(g)!;
    const channels = this.plan.requantize?.channels ?? [];
    const taken = new Set(channels.length ? blocksOf(g, nv * 4).map((b) => pathOfBlock(this.plan, b)) : []);
    this.paths = (["f32", "f64", "exact"] as const).filter((p) => taken.has(p));
    this.#layoutCommons();
  }

  /** What the emitted code depends on besides the geometry: zero points, bounds and factors are in memory. */
  get key(): string {
    const { requantize: r, add, table } = this.plan;
    const parts: unknown[] = [this.paths, this.clampsBytes, table !== undefined];
    if (r) parts.push(r.form, this.hasOffsets);
    if (this.paths.includes("exact")) parts.push(r!.stage.by.rule, r!.stage.zero, table?.lowest);
    if (add) parts.push(add.residualSigned, add.fit ? add.fit.away > 0 : add.stage.by);
    return JSON.stringify(parts);
  }

  /** Whether the f32 formula of some channel has an offset to add. */
  protected get hasOffsets(): boolean {
    const r = this.plan.requantize;
    return r !== undefined && (r.form !== "plus" || r.channels.some((c) => c.fit && c.fit.offset !== 0));
  }

  /** Bytes of the node's common constants, which stand at the start of its pack; a multiple of 16. */
  get commonBytes(): number {
    return (this.#commonBytes + 15) & ~15;
  }

  /** Bytes of constants of a block of channels, bias first; a multiple of 16. */
  get blockBytes(): number {
    const c = this.nv * 4;
    if (!this.plan.requantize) return c * 4;
    return c * 12 + (this.paths.length > 1 ? 16 : 0) + (this.paths.includes("f64") ? c * 16 : 0) + this.#exactBytes;
  }

  get #exactBytes(): number {
    return this.paths.includes("exact") ? this.nv * 64 : 0;
  }

  protected at(what: "scale" | "offset" | "path" | "wideScale" | "wideOffset" | "exact"): number {
    const c = this.nv * 4;
    const path = c * 12;
    const wide = path + (this.paths.length > 1 ? 16 : 0);
    const exact = wide + (this.paths.includes("f64") ? c * 16 : 0);
    return { scale: c * 4, offset: c * 8, path, wideScale: wide, wideOffset: wide + c * 8, exact }[what];
  }

  /** Writes a block's constants: `channels` of the node (fewer than the block's lanes at a tail), biases adjusted by `fold`. */
  writeBlock(view: DataView, at: number, channels: readonly number[], fold: (channel: number) => number): void {
    const r = this.plan.requantize;
    const path = r && pathOfBlock(this.plan, channels);
    channels.forEach((channel, lane) => {
      const c = r?.channels[channel];
      const fit = path === "f32" ? c?.fit : undefined;
      view.setInt32(at + lane * 4, (this.g.bias[channel] + fold(channel) + (fit?.shift ?? 0)) | 0, true);
      if (!r) return;
      if (fit) {
        view.setFloat32(at + this.at("scale") + lane * 4, fit.scale, true);
        view.setFloat32(at + this.at("offset") + lane * 4, fit.offset, true);
      }
      if (path === "f64") {
        view.setFloat64(at + this.at("wideScale") + lane * 8, c!.wide!.scale, true);
        view.setFloat64(at + this.at("wideOffset") + lane * 8, c!.wide!.offset, true);
      }
      if (path === "exact") {
        const { rule, a, b } = r.stage.by;
        const i = a.length === 1 ? 0 : channel;
        const put = (offset: number, v: number) =>
          integerRule(rule)
            ? view.setBigInt64(at + this.at("exact") + lane * 16 + offset, BigInt(v), true)
            : view.setFloat64(at + this.at("exact") + lane * 16 + offset, v, true);
        put(0, a[i]);
        put(8, rescaleHasSecond[rule] ? b[i] : 0);
      }
    });
    if (r && this.paths.length > 1) view.setInt32(at + this.at("path"), this.paths.indexOf(path!), true);
  }

  /** Writes the common constants at the start of the pack. */
  writeCommons(bytes: Uint8Array): void {
    for (const c of this.commons) bytes.set(new Uint8Array(c.bits), c.at);
    if (this.plan.table) bytes.set(this.plan.table.entries, this.tableAt);
  }

  protected tableAt = 0;

  #layoutCommons(): void {
    const { requantize: r, add, table } = this.plan;
    if (!r) return;
    const put = (key: string, v: number, kind: "i32" | "f32") => {
      const bits = kind === "f32" ? Float32Array.of(v) : Int32Array.of(v);
      this.commons.push({ key, bits: bits.buffer, at: this.#commonBytes });
      this.#commonBytes += 4;
    };
    put("magic", magic, "f32");
    put("sign", -0x80000000, "i32");
    // What is stored is the value, or its place in the table.
    const base = table ? table.lowest : 0;
    put("toValue", magicBits - r.zero + (add ? 0 : base), "i32");
    put("wideToValue", r.zero - (add ? 0 : base), "i32");
    put("base", base, "i32");
    put("low", r.stage.clamp[0], "i32");
    put("high", r.stage.clamp[1], "i32");
    const last = this.lastClamp;
    const byte = (v: number) => ((v - base) & 255) * 0x01010101;
    put("lowBytes", byte(last[0]) | 0, "i32");
    put("highBytes", byte(last[1]) | 0, "i32");
    if (add) {
      const { by, zero, clamp } = add.stage;
      put("addLow", clamp[0], "i32");
      put("addHigh", clamp[1], "i32");
      put("addToValue", magicBits - zero + base, "i32");
      put("addZero", zero - base, "i32");
      put("xZero", r.stage.zero, "i32");
      put("yZero", add.residualZero, "i32");
      if (add.fit) for (const k of ["a", "b", "c", "away"] as const) put(`sum.${k}`, add.fit[k], "f32");
      else for (const [i, k] of by.k.entries()) put(`k${i}`, k, by.rule === "f32" ? "f32" : "i32");
      if (!add.fit && by.rule.startsWith("fixed")) put("half", by.k[2] > 0 ? 2 ** (by.k[2] - 1) : 0, "i32");
    }
    if (table) {
      this.tableAt = (this.#commonBytes + 15) & ~15;
      this.#commonBytes = this.tableAt + 256;
    }
  }

  protected get unsignedBytes(): boolean {
    return this.plan.table !== undefined || this.g.result.storage === "u8";
  }

  /** The bounds of what is stored (or looked up): those of the last stage that rounds, within a clamp stage's. */
  protected get lastClamp(): readonly [number, number] {
    const { requantize: r, add, clamps } = this.plan;
    const [low, high] = (add ?? r!).stage.clamp;
    return clamps.reduce(([a, b], [lo, hi]) => [clamp(a, lo, hi), clamp(b, lo, hi)], [low, high]);
  }

  /** Whether saturation to bytes leaves something to clamp. */
  protected get clampsBytes(): boolean {
    const { table, requantize } = this.plan;
    if (!requantize) return false;
    const last = this.lastClamp;
    const [low, high] = table
      ? [table.lowest, table.lowest + 255]
      : [storages[this.g.result.storage].min, storages[this.g.result.storage].max];
    return last[0] > low || last[1] < high;
  }
}

/**
 * The channels of each block: blocks of `size`, the last one moved back to end with the last channel (its first channels
 * are computed twice, to the same bytes), or a single short block.
 */
export function blocksOf(g: { o: number; groups: number }, size: number): number[][] {
  const per = g.o / g.groups;
  const blocks: number[][] = [];
  for (let group = 0; group < g.groups; group++) {
    for (let from = 0; from < per; from += size) {
      const start = group * per + (per >= size ? Math.min(from, per - size) : 0);
      blocks.push(Array.from({ length: Math.min(size, per) }, (_, k) => start + k));
    }
  }
  return blocks;
}

/** The cheapest path that all channels of a block have. */
function pathOfBlock(plan: FinishPlan, channels: readonly number[]): Path | undefined {
  const r = plan.requantize;
  if (!r) return undefined;
  if (channels.every((c) => r.channels[c].fit)) return "f32";
  return channels.every((c) => r.channels[c].wide) ? "f64" : "exact";
}
