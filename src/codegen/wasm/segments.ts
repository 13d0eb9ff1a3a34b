/** Constants as data segments. */
import type { Segment } from "../constants.ts";

/** Runs of zero bytes of at least this length are left out of data segments, as memory begins with zeros. */
const zeroRun = 64;

function* nonZero({ at, bytes }: Segment): Generator<Segment> {
  const size = bytes.length;
  let start = 0;
  for (;;) {
    while (start < size && bytes[start] === 0) start++;
    if (start === size) return;
    // A run of zeros from `end` on is looked at from its last byte back: most are refuted at once.
    let end = start + 1;
    let last = end - 1;
    for (; end + zeroRun <= size; end = last + 1) {
      last = end + zeroRun - 1;
      while (last >= end && bytes[last] === 0) last--;
      if (last < end) break;
    }
    const found = end + zeroRun <= size;
    if (!found) {
      end = size;
      while (bytes[end - 1] === 0) end--;
    }
    yield { at: at + start, bytes: bytes.subarray(start, end) };
    if (!found) return;
    start = end + zeroRun;
  }
}

/** Constants as data segments: neighbours joined, long runs of zeros left out. */
export function segmentsOf(constants: readonly Segment[]): Segment[] {
  const size = constants.reduce((end, s) => Math.max(end, s.at + s.bytes.length), 0);
  const image = new Uint8Array(size);
  for (const s of constants) image.set(s.bytes, s.at);
  return [...nonZero({ at: 0, bytes: image })];
}

/** A module with a data section at its end: only custom sections can come after that one, and they may stand anywhere. */
export function withData(module: Uint8Array, segments: readonly Segment[]): Uint8Array {
  const heads = segments.map((s) => [0, 0x41, ...signedLeb(s.at), 0x0b, ...leb(s.bytes.length)]);
  const count = leb(segments.length);
  const size = segments.reduce((n, s, i) => n + heads[i].length + s.bytes.length, count.length);
  const head = [11, ...leb(size), ...count];
  const result = new Uint8Array(module.length + head.length - count.length + size);
  let at = 0;
  for (const part of [module, head, ...segments.flatMap((s, i) => [heads[i], s.bytes])]) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** LEB128 of an integer from 0 to 2^32 - 1. */
function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let v = value; ; v = Math.floor(v / 128)) {
    if (v < 128) return [...bytes, v];
    bytes.push((v % 128) | 128);
  }
}

/** Signed LEB128 of an address, which `i32.const` takes modulo 2^32. */
function signedLeb(address: number): number[] {
  const bytes: number[] = [];
  for (let v = address | 0; ; v >>= 7) {
    if (v >= -64 && v < 64) return [...bytes, v & 127];
    bytes.push((v & 127) | 128);
  }
}

/** A module with constants in a custom section instead: their number, address and size of each, then all their bytes. */
export function withDataAside(module: Uint8Array, name: string, segments: readonly Segment[]): Uint8Array {
  const table = Uint32Array.of(segments.length, ...segments.flatMap((s) => [s.at, s.bytes.length]));
  const named = new TextEncoder().encode(name);
  const parts = [new Uint8Array(table.buffer), ...segments.map((s) => s.bytes)];
  const before = [...leb(named.length), ...named];
  const size = parts.reduce((n, p) => n + p.length, before.length);
  const all = [module, [0, ...leb(size), ...before], ...parts];
  const result = new Uint8Array(all.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const part of all) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
