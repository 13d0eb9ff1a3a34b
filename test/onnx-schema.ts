/** The field table of `src/import/onnx/schema.ts` as the protobuf library has it: it writes files for tests, and reads them independently. */
import { create, createFileRegistry, type DescMessage } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  FieldDescriptorProtoSchema,
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import { type MessageName, messages } from "../src/import/onnx/schema.ts";

const scalars: Readonly<Record<string, Type>> = {
  int32: Type.INT32,
  int64: Type.INT64,
  uint64: Type.UINT64,
  float: Type.FLOAT,
  double: Type.DOUBLE,
  string: Type.STRING,
  bytes: Type.BYTES,
};

const snake = (name: string): string => name.replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`);

function descriptor(name: string, fields: Readonly<Record<string, readonly [number, string]>>): DescriptorProto {
  return create(DescriptorProtoSchema, {
    name,
    field: Object.entries(fields).map(([key, [number, kind]]) => {
      const type = kind.replace("[]", "");
      const scalar = scalars[type];
      return create(FieldDescriptorProtoSchema, {
        name: snake(key),
        number,
        label: kind.endsWith("[]") ? Label.REPEATED : Label.OPTIONAL,
        type: scalar ?? Type.MESSAGE,
        ...(scalar === undefined ? { typeName: `.onnx.${type}` } : {}),
      });
    }),
  });
}

let registry: ReturnType<typeof createFileRegistry> | undefined;

/** The library's description of a message. */
export function messageSchema(name: MessageName): DescMessage {
  registry ??= createFileRegistry(
    create(FileDescriptorProtoSchema, {
      name: "onnx.proto",
      package: "onnx",
      syntax: "proto2",
      messageType: Object.entries(messages).map(([key, fields]) => descriptor(key, fields)),
    }),
    () => undefined,
  );
  return registry.getMessage(`onnx.${name}`)!;
}
