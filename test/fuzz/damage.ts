/** Faults in model files: bytes anywhere, and fields of ONNX's messages. */
import { create, type DescMessage, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Rand } from "../../src/ir/attr.ts";
import { messageSchema } from "../onnx-schema.ts";

/** A file with a few faults. Tables lie at a file's ends more often than in the middle, where the weights are. */
export function damagedBytes(file: Uint8Array, rand: Rand): Uint8Array {
  const bytes = file.slice();
  const view = new DataView(bytes.buffer);
  const last = bytes.length - 8;
  const place = (): number => {
    const near = Math.min(last, 1 << rand(4, 20));
    return [rand(0, near), last - rand(0, near), rand(0, last)][rand(0, 2)];
  };
  for (let n = rand(1, 4); n > 0; n--) {
    const at = place();
    switch (rand(0, 5)) {
      case 0:
        bytes[at] ^= 1 << rand(0, 7);
        break;
      case 1:
        bytes[at] = [0, 1, 127, 128, 255][rand(0, 4)];
        break;
      case 2:
        view.setUint32(at & ~3, [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 65536][rand(0, 5)], true);
        break;
      case 3:
        view.setInt32(at & ~3, view.getInt32(at & ~3, true) + rand(-8, 8), true);
        break;
      case 4:
        bytes.copyWithin(at, place(), place());
        break;
      default:
        return bytes.slice(0, rand(0, bytes.length));
    }
  }
  return bytes;
}

/** Numbers that sizes, axes and amounts should not be. */
const absurd = [
  -1n,
  0n,
  1n,
  2n,
  3n,
  16n,
  4096n,
  65536n,
  2n ** 24n,
  2n ** 28n,
  2n ** 31n - 1n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 62n,
];

/** An ONNX file whose fields are sound protobuf and contradict each other: sizes, names, types and attributes changed. */
export function damagedFields(file: Uint8Array, rand: Rand): Uint8Array {
  const schema = messageSchema("Model");
  // The messages are made for the reader's schema, whose fields are all that is changed here.
  const model = fromBinary(schema as DescMessage, file) as any;
  const pick = <T>(list: readonly T[]): T => list[rand(0, list.length - 1)];
  const number = () => pick(absurd);
  const { graph } = model;
  const names: string[] = [
    ...graph.node.flatMap((n: any) => [...n.input, ...n.output]),
    ...graph.input.map((i: any) => i.name),
  ];
  for (let n = rand(1, 3); n > 0 && graph.node.length > 0; n--) {
    const node = pick<any>(graph.node);
    const tensors = [
      ...graph.initializer,
      ...graph.node.flatMap((m: any) => m.attribute.flatMap((a: any) => a.t ?? [])),
    ];
    const tensor = tensors.length ? pick<any>(tensors) : undefined;
    const list = pick<string[]>([node.input, node.output]);
    const attribute = node.attribute.length ? pick<any>(node.attribute) : undefined;
    switch (rand(0, 10)) {
      case 0:
        if (list.length) list[rand(0, list.length - 1)] = pick(names);
        break;
      case 1:
        if (list.length) list.splice(rand(0, list.length - 1), 1);
        break;
      case 2:
        node.opType = pick<any>(graph.node).opType;
        break;
      case 3:
        if (tensor?.dims.length) tensor.dims[rand(0, tensor.dims.length - 1)] = number();
        break;
      case 4:
        if (tensor) tensor.dataType = rand(0, 26);
        break;
      case 5:
        if (attribute) attribute.i = number();
        if (attribute?.ints.length) attribute.ints[rand(0, attribute.ints.length - 1)] = number();
        break;
      case 6:
        if (attribute) attribute.name = pick<any>(graph.node).attribute[0]?.name ?? "axis";
        break;
      case 7:
        if (tensor?.rawData.length && tensor.rawData.length < 4096) {
          const view = new DataView(tensor.rawData.slice().buffer);
          tensor.rawData = new Uint8Array(view.buffer);
          if (view.byteLength >= 8)
            view.setBigInt64(8 * rand(0, (view.byteLength >> 3) - 1), BigInt.asIntN(64, number()), true);
          else view.setUint8(rand(0, view.byteLength - 1), rand(0, 255));
        } else if (tensor?.int64Data.length) tensor.int64Data[rand(0, tensor.int64Data.length - 1)] = number();
        break;
      case 8: {
        const dims = (graph.input.length ? pick<any>(graph.input) : undefined)?.type?.tensorType?.shape?.dim ?? [];
        if (dims.length) pick<any>(dims).dimValue = number();
        break;
      }
      case 9:
        graph.node.splice(rand(0, graph.node.length - 1), 1);
        break;
      default:
        model.opsetImport[0].version = BigInt(rand(-1, 30));
    }
  }
  return toBinary(schema as DescMessage, create(schema as DescMessage, model as never));
}
