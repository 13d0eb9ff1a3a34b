/** Writes the format that native/program/reader.h reads: 32-bit words, and constants in two sections. */
import { type Storage, sizeOf, storages, type TypedArray } from "../../ir/type.ts";
import type { ConstantPool } from "../constants.ts";

/** Where bytes are: in the arena, among constants that stay, or among those that loading consumes. */
export const regions = { arena: 0, data: 1, load: 2 } as const;

/** The number of each storage. */
const storageNumbers = { i8: 0, u8: 1, i16: 2, u16: 3, i32: 4, i64: 5, f32: 6, bool: 7 } as const satisfies Record<
  Storage,
  number
>;

/** A checked place of a dense tensor. */
export interface Place {
  readonly region: keyof typeof regions;
  readonly offset: number;
}

/** The constants of a program. */
export interface Constants {
  readonly data: ConstantPool;
  readonly load: ConstantPool;
}

const bytesOf = (data: TypedArray | Float64Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** A list of words under construction. */
export class Writer {
  readonly words: number[] = [];
  readonly constants: Constants;

  constructor(constants: Constants) {
    this.constants = constants;
  }

  /** A part that begins with a number and with how many words `write` puts after them. */
  section(number: number, write: () => void): void {
    const at = this.words.push(number, 0);
    write();
    this.words[at - 1] = this.words.length - at;
  }

  /** An integer of 32 bits, of either sign. */
  int(...values: number[]): this {
    for (const v of values) this.words.push(v >>> 0);
    return this;
  }

  flag(v: boolean): this {
    return this.int(v ? 1 : 0);
  }

  double(...values: number[]): this {
    for (const v of values) {
      double[0] = v;
      this.words.push(doubleWords[0], doubleWords[1]);
    }
    return this;
  }

  tensor(storage: Storage, shape: readonly number[], place: Place): this {
    return this.int(regions[place.region], storageNumbers[storage], place.offset, shape.length, ...shape);
  }

  /** A constant that loading consumes. */
  constant(storage: Storage, data: TypedArray, shape: readonly number[] = [data.length]): this {
    if (sizeOf(shape) !== data.length || data.BYTES_PER_ELEMENT !== storages[storage].bytes)
      throw new Error(`a constant of [${shape}] ${storage} with ${data.length} values`);
    return this.tensor(storage, shape, { region: "load", offset: this.constants.load.append(bytesOf(data), 16) });
  }

  /** Doubles that loading consumes. */
  doubles(values: readonly number[]): this {
    return this.constant("i32", new Int32Array(new Float64Array(values).buffer));
  }

  /** A constant that steps read: its place. */
  keep(data: TypedArray): Place {
    return { region: "data", offset: this.constants.data.add(bytesOf(data), 16) };
  }
}

/** FNV-1a of a program's words from the fifth to the first constant, as the library computes it. */
export function checksum(words: Uint32Array): number {
  const end = Math.min(words.length, Math.max(words[5] >>> 2, 12));
  // As signed words, which engines keep without a box before they have compiled the loop.
  const signed = new Int32Array(words.buffer, words.byteOffset, end);
  let h = 0x811c9dc5 | 0;
  for (let i = 4; i < end; i++) h = Math.imul(h ^ signed[i], 0x01000193);
  return h >>> 0;
}
