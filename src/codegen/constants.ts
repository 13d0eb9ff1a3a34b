/** The constants of a module: byte strings that stand one after another in memory, equal ones once. */
import { alignUp } from "./arena.ts";

/** Bytes at an address. */
export interface Segment {
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** Collects constants and gives each its address. */
export class ConstantPool {
  readonly #segments: Segment[] = [];
  readonly #byHash = new Map<number, Segment[]>();
  #end = 0;

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** Bytes from address 0 to the end of the last constant. */
  get bytes(): number {
    return this.#end;
  }

  /**
   * The address of these bytes, at a multiple of `align`, which is a power of two of at most 64. They are most of a model and
   * are not copied: they must stay as they are as long as the segments are used.
   */
  add(bytes: Uint8Array, align: number): number {
    const hash = hashOf(bytes);
    const known = this.#byHash.get(hash);
    const same = known?.find((s) => s.at % align === 0 && equal(s.bytes, bytes));
    if (same) return same.at;
    const at = this.append(bytes, align);
    const segment = this.#segments[this.#segments.length - 1];
    if (known) known.push(segment);
    else this.#byHash.set(hash, [segment]);
    return at;
  }

  /** The same for bytes that nobody will ask for again, without a look at them. */
  append(bytes: Uint8Array, align: number): number {
    const at = alignUp(this.#end, Math.max(align, 16));
    this.#segments.push({ at, bytes });
    this.#end = at + bytes.length;
    return at;
  }
}

/** FNV-1a of length and content; of long constants, of every so many words: `equal` has the last word. */
function hashOf(bytes: Uint8Array): number {
  let h = 0x811c9dc5 ^ bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = bytes.length >> 2;
  const step = Math.max(1, words >> 8);
  for (let i = 0; i < words; i += step) {
    h = Math.imul(h ^ view.getInt32(i * 4, true), 0x01000193);
    h ^= h >>> 15;
  }
  for (let i = words * 4; i < bytes.length; i++) h = Math.imul(h ^ bytes[i], 0x01000193);
  return h >>> 0;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
