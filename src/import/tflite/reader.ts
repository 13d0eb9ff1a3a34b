/**
 * A checked view of a flatbuffer. The `flatbuffers` package reads primitives but verifies nothing: an offset outside
 * the file yields silent garbage. Here every offset and length is checked before it is followed, and the work done is
 * bounded by the file's size, so that a hostile file costs one ModelError and no more.
 */
import { ByteBuffer } from "flatbuffers";
import { ModelError } from "../../errors.ts";

/** How a field of a table is decoded. Scalars have a default; the others are undefined where the file leaves them out. */
export interface Field<T> {
  /** Bytes of the field inside the table: the scalar itself, or an offset. */
  readonly bytes: number;
  readonly absent: T;
  read(from: Reader, at: number, path: string): T;
}

/** A table: field name -> [slot number in the schema, kind]. */
export type Fields = Readonly<Record<string, readonly [slot: number, kind: Field<any>]>>;

/** The decoded form of a table. */
export type Decoded<F extends Fields> = { readonly [K in keyof F]: F[K][1] extends Field<infer T> ? T : never };

/** A bounded reader over one file. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly wire: ByteBuffer;
  #budget: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.wire = new ByteBuffer(bytes);
    // Decoding each byte a few times is legitimate sharing (strings, vectors); much more is a knot of shared tables.
    this.#budget = 8 * bytes.length + 65536;
  }

  /** Throws unless `count` bytes at `at` lie in the file. */
  need(at: number, count: number, path: string): void {
    if (at < 0 || at + count > this.bytes.length) {
      throw new ModelError(
        path,
        `wants ${count} bytes at offset ${at}, the file has ${this.bytes.length}: it is truncated or damaged`,
      );
    }
    this.#budget -= count;
    if (this.#budget < 0) throw new ModelError(path, "its tables share parts beyond any use: it is damaged");
  }

  /** Follows the offset stored at `at`. */
  follow(at: number, path: string): number {
    this.need(at, 4, path);
    const offset = this.wire.readUint32(at);
    if (offset < 4) throw new ModelError(path, `wants an offset past itself, found ${offset}`);
    this.need(at + offset, 4, path);
    return at + offset;
  }

  /** Start and length of the vector whose offset is stored at `at`, its `size`-byte elements inside the file. */
  vector(at: number, size: number, path: string): { start: number; length: number } {
    const head = this.follow(at, path);
    const length = this.wire.readUint32(head);
    if (head + 4 + length * size > this.bytes.length) {
      throw new ModelError(
        path,
        `wants ${length} elements of ${size} bytes, the file ends after ${this.bytes.length - head - 4} bytes`,
      );
    }
    return { start: head + 4, length };
  }

  /** Decodes the table at `at`. */
  table<F extends Fields>(fields: F, at: number, path: string): Decoded<F> {
    this.need(at, 4, path);
    const vtable = at - this.wire.readInt32(at);
    this.need(vtable, 4, path);
    const vtableBytes = this.wire.readUint16(vtable);
    const tableBytes = this.wire.readUint16(vtable + 2);
    if (vtableBytes < 4 || vtableBytes % 2 !== 0 || tableBytes < 4) {
      throw new ModelError(path, `wants a table, found a damaged one (${vtableBytes} and ${tableBytes} bytes)`);
    }
    this.need(vtable, vtableBytes, path);
    this.need(at, tableBytes, path);
    const result: Record<string, unknown> = {};
    for (const [name, [slot, kind]] of Object.entries(fields)) {
      const entry = 4 + 2 * slot;
      const offset = entry + 2 <= vtableBytes ? this.wire.readUint16(vtable + entry) : 0;
      if (offset === 0) {
        result[name] = kind.absent;
        continue;
      }
      if (offset < 4 || offset + kind.bytes > tableBytes) {
        throw new ModelError(
          `${path}.${name}`,
          `wants a field inside its table of ${tableBytes} bytes, found ${offset}`,
        );
      }
      result[name] = kind.read(this, at + offset, `${path}.${name}`);
    }
    return result as Decoded<F>;
  }
}

const scalar = (bytes: number, read: (wire: ByteBuffer, at: number) => number) => {
  const make = (absent = 0): Field<number> => ({ bytes, absent, read: (from, at) => read(from.wire, at) });
  return Object.assign(make, { size: bytes, one: read });
};

export const i8 = scalar(1, (wire, at) => wire.readInt8(at));
export const u8 = scalar(1, (wire, at) => wire.readUint8(at));
export const i32 = scalar(4, (wire, at) => wire.readInt32(at));
export const u32 = scalar(4, (wire, at) => wire.readUint32(at));
export const f32 = scalar(4, (wire, at) => wire.readFloat32(at));
/** 64-bit integers as numbers; beyond 2^53 they lose low bits, and no field of the format needs those. */
export const i64 = scalar(8, (wire, at) => Number(wire.readInt64(at)));
export const u64 = scalar(8, (wire, at) => Number(wire.readUint64(at)));

export const bool = (absent = false): Field<boolean> => ({
  bytes: 1,
  absent,
  read: (from, at) => from.wire.readUint8(at) !== 0,
});

/** A vector of scalars; undefined where absent. */
export const numbers = (of: typeof i32): Field<readonly number[] | undefined> => ({
  bytes: 4,
  absent: undefined,
  read(from, at, path) {
    const { start, length } = from.vector(at, of.size, path);
    from.need(start, length * of.size, path);
    return Array.from({ length }, (_, i) => of.one(from.wire, start + i * of.size));
  },
});

/** A vector of bytes: a view into the file, nothing is copied. */
export const byteVector: Field<Uint8Array | undefined> = {
  bytes: 4,
  absent: undefined,
  read(from, at, path) {
    const { start, length } = from.vector(at, 1, path);
    return from.bytes.subarray(start, start + length);
  },
};

export const text: Field<string> = {
  bytes: 4,
  absent: "",
  read(from, at, path) {
    const { start, length } = from.vector(at, 1, path);
    from.need(start, length, path);
    return new TextDecoder().decode(from.bytes.subarray(start, start + length));
  },
};

/** A table of its own. */
export const one = <F extends Fields>(fields: F): Field<Decoded<F> | undefined> => ({
  bytes: 4,
  absent: undefined,
  read: (from, at, path) => from.table(fields, from.follow(at, path), path),
});

/** A vector of tables. */
export const many = <F extends Fields>(fields: F): Field<readonly Decoded<F>[]> => ({
  bytes: 4,
  absent: [],
  read(from, at, path) {
    const { start, length } = from.vector(at, 4, path);
    return Array.from({ length }, (_, i) => {
      const where = `${path}[${i}]`;
      return from.table(fields, from.follow(start + 4 * i, where), where);
    });
  },
});

/** Where a table lies, to be decoded once its kind is known: the value of a union. */
export const deferred: Field<number | undefined> = {
  bytes: 4,
  absent: undefined,
  read: (from, at, path) => from.follow(at, path),
};
