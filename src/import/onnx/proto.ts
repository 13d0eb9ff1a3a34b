/** ONNX files as messages, read by the field table of `schema.ts`. */
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { ModelError } from "../../errors.ts";
import { type Message, type MessageName, messages } from "./schema.ts";

/** How the value of a scalar type is read, on which wire type it comes, and what it is where the file leaves it out. */
interface Scalar {
  readonly wire: WireType;
  readonly zero: unknown;
  read(from: BinaryReader): unknown;
}

const scalars: Readonly<Record<string, Scalar>> = {
  int32: { wire: WireType.Varint, zero: 0, read: (from) => from.int32() },
  int64: { wire: WireType.Varint, zero: 0n, read: (from) => from.int64() },
  uint64: { wire: WireType.Varint, zero: 0n, read: (from) => from.uint64() },
  float: { wire: WireType.Bit32, zero: 0, read: (from) => from.float() },
  double: { wire: WireType.Bit64, zero: 0, read: (from) => from.double() },
  string: { wire: WireType.LengthDelimited, zero: "", read: (from) => from.string() },
  bytes: { wire: WireType.LengthDelimited, zero: new Uint8Array(0), read: (from) => from.bytes() },
};

/** A field as it is read. */
interface Field {
  readonly key: string;
  readonly repeated: boolean;
  readonly scalar: Scalar | undefined;
  readonly message: MessageName;
}

/** A message type as it is read: its fields by number, and what they are where the file leaves them out. */
interface Reading {
  readonly fields: readonly (Field | undefined)[];
  readonly blank: Readonly<Record<string, unknown>>;
}

/** Stands for every list that a file leaves out. */
const none: readonly unknown[] = Object.freeze([]);

const readings = new Map<MessageName, Reading>();

function readingOf(name: MessageName): Reading {
  const known = readings.get(name);
  if (known) return known;
  const fields: Field[] = [];
  const blank: Record<string, unknown> = {};
  for (const [key, [number, kind]] of Object.entries<readonly [number, string]>(messages[name])) {
    const repeated = kind.endsWith("[]");
    const type = repeated ? kind.slice(0, -2) : kind;
    const scalar = scalars[type];
    fields[number] = { key, repeated, scalar, message: type as MessageName };
    blank[key] = repeated ? none : scalar?.zero;
  }
  const reading = { fields, blank };
  readings.set(name, reading);
  return reading;
}

/** Messages inside of messages, at most. */
const maxDepth = 100;

/** Reads a message up to `end`, into `given` where a file states one in parts. Fields that are not in the table are passed over. */
function readMessage(
  from: BinaryReader,
  end: number,
  { fields, blank }: Reading,
  depth: number,
  given?: Record<string, unknown>,
): Record<string, unknown> {
  if (depth > maxDepth) throw new Error(`messages are nested more than ${maxDepth} deep`);
  const message = given ?? { ...blank };
  while (from.pos < end) {
    // As `from.tag()`, without a pair for each of ten thousands of fields.
    const tag = from.uint32();
    const number = tag >>> 3;
    const wire = tag & 7;
    const field = fields[number];
    if (!field) {
      if (number === 0) throw new Error("a field has number 0");
      from.skip(wire, number);
      continue;
    }
    const { key, repeated, scalar } = field;
    const packed = repeated && wire === WireType.LengthDelimited && scalar && scalar.wire !== wire;
    if (!packed && wire !== (scalar ? scalar.wire : WireType.LengthDelimited)) {
      from.skip(wire, number);
      continue;
    }
    if (packed) {
      const list = listOf(message, key);
      const stop = extentOf(from, end);
      while (from.pos < stop) list.push(scalar.read(from));
      if (from.pos !== stop) throw new Error("a number ends outside of its list");
    } else if (scalar) {
      const value = scalar.read(from);
      if (repeated) listOf(message, key).push(value);
      else message[key] = value;
    } else {
      const reading = readingOf(field.message);
      const stop = extentOf(from, end);
      if (repeated) listOf(message, key).push(readMessage(from, stop, reading, depth + 1));
      else message[key] = readMessage(from, stop, reading, depth + 1, message[key] as Record<string, unknown>);
    }
  }
  if (from.pos !== end) throw new Error("a field ends outside of its message");
  return message;
}

/** The list of a repeated field, to add to. */
function listOf(message: Record<string, unknown>, key: string): unknown[] {
  if (message[key] === none) message[key] = [];
  return message[key] as unknown[];
}

/** Where what comes next ends, by its length, which stands before it. */
function extentOf(from: BinaryReader, end: number): number {
  const stop = from.uint32() + from.pos;
  if (stop > end) throw new Error("a field ends outside of its message");
  return stop;
}

/** One message. Throws ModelError if the bytes are not one. */
export function decode<M extends MessageName>(name: M, bytes: Uint8Array, where: string): Message<M> {
  try {
    return readMessage(new BinaryReader(bytes), bytes.length, readingOf(name), 0) as Message<M>;
  } catch (error) {
    throw new ModelError(where, `is not an ONNX ${name.toLowerCase()}: ${(error as Error).message}`);
  }
}
