/**
 * ONNX's protobuf messages: field names (in camel case), numbers and types, for the fields that the importer reads. From the
 * format's definition (onnx/onnx.proto, proto2); numbers never change. A type ending in [] is repeated.
 */
export const messages = {
  Model: {
    irVersion: [1, "int64"],
    producerName: [2, "string"],
    producerVersion: [3, "string"],
    graph: [7, "Graph"],
    opsetImport: [8, "OperatorSet[]"],
    functions: [25, "Function[]"],
  },
  OperatorSet: { domain: [1, "string"], version: [2, "int64"] },
  Function: { name: [1, "string"], domain: [10, "string"] },
  Graph: {
    node: [1, "Node[]"],
    name: [2, "string"],
    initializer: [5, "Tensor[]"],
    input: [11, "ValueInfo[]"],
    output: [12, "ValueInfo[]"],
    sparseInitializer: [15, "SparseTensor[]"],
  },
  Node: {
    input: [1, "string[]"],
    output: [2, "string[]"],
    name: [3, "string"],
    opType: [4, "string"],
    attribute: [5, "Attribute[]"],
    domain: [7, "string"],
  },
  Attribute: {
    name: [1, "string"],
    f: [2, "float"],
    i: [3, "int64"],
    s: [4, "bytes"],
    t: [5, "Tensor"],
    g: [6, "Graph"],
    floats: [7, "float[]"],
    ints: [8, "int64[]"],
    strings: [9, "bytes[]"],
    graphs: [11, "Graph[]"],
    type: [20, "int32"],
    refAttrName: [21, "string"],
    sparseTensor: [22, "SparseTensor"],
  },
  Tensor: {
    dims: [1, "int64[]"],
    dataType: [2, "int32"],
    floatData: [4, "float[]"],
    int32Data: [5, "int32[]"],
    stringData: [6, "bytes[]"],
    int64Data: [7, "int64[]"],
    name: [8, "string"],
    rawData: [9, "bytes"],
    doubleData: [10, "double[]"],
    uint64Data: [11, "uint64[]"],
    externalData: [13, "Entry[]"],
    dataLocation: [14, "int32"],
  },
  SparseTensor: { values: [1, "Tensor"] },
  Entry: { key: [1, "string"], value: [2, "string"] },
  ValueInfo: { name: [1, "string"], type: [2, "Type"] },
  Type: {
    tensorType: [1, "TensorType"],
    sequenceType: [4, "Other"],
    mapType: [5, "Other"],
    sparseTensorType: [8, "Other"],
    optionalType: [9, "Other"],
  },
  Other: {},
  TensorType: { elemType: [1, "int32"], shape: [2, "Shape"] },
  Shape: { dim: [1, "Dimension[]"] },
  Dimension: { dimValue: [1, "int64"], dimParam: [2, "string"] },
} as const satisfies Record<string, Record<string, readonly [number, string]>>;

export type MessageName = keyof typeof messages;

interface Scalars {
  int32: number;
  int64: bigint;
  uint64: bigint;
  float: number;
  double: number;
  string: string;
  bytes: Uint8Array;
}

type ValueOf<T extends string> = T extends `${infer U}[]`
  ? ValueOf<U>[]
  : T extends keyof Scalars
    ? Scalars[T]
    : T extends MessageName
      ? Message<T> | undefined
      : never;

type Item<T extends string> = T extends `${infer U}[]` ? NonNullable<ValueOf<U>>[] : ValueOf<T>;

/** A decoded message. Scalars that the file leaves out have their type's zero; messages are undefined. */
export type Message<M extends MessageName> = {
  readonly [F in keyof (typeof messages)[M]]: (typeof messages)[M][F] extends readonly [number, infer T extends string]
    ? Item<T>
    : never;
};

/** Element types by the format's numbers. */
export const elements = [
  "UNDEFINED",
  "FLOAT",
  "UINT8",
  "INT8",
  "UINT16",
  "INT16",
  "INT32",
  "INT64",
  "STRING",
  "BOOL",
  "FLOAT16",
  "DOUBLE",
  "UINT32",
  "UINT64",
  "COMPLEX64",
  "COMPLEX128",
  "BFLOAT16",
  "FLOAT8E4M3FN",
  "FLOAT8E4M3FNUZ",
  "FLOAT8E5M2",
  "FLOAT8E5M2FNUZ",
  "UINT4",
  "INT4",
  "FLOAT4E2M1",
  "FLOAT8E8M0",
  "UINT2",
  "INT2",
] as const;

export type Element = (typeof elements)[number];
