/**
 * The parts of the TFLite file format that the importer reads: tables by slot number, numbered enumerations by list.
 * Slots and numbers are the format's (version 3); a union takes two slots, its type and its value.
 */
import {
  bool,
  byteVector,
  deferred,
  type Fields,
  f32,
  i8,
  i32,
  i64,
  many,
  numbers,
  one,
  text,
  u8,
  u32,
  u64,
} from "./reader.ts";

const quantization = {
  scale: [2, numbers(f32)],
  zeroPoint: [3, numbers(i64)],
  detailsType: [4, u8()],
  dimension: [6, i32()],
} as const satisfies Fields;

const tensor = {
  shape: [0, numbers(i32)],
  type: [1, i8()],
  buffer: [2, u32()],
  name: [3, text],
  quantization: [4, one(quantization)],
  isVariable: [5, bool()],
  sparsity: [6, deferred],
  shapeSignature: [7, numbers(i32)],
} as const satisfies Fields;

const operator = {
  opcode: [0, u32()],
  inputs: [1, numbers(i32)],
  outputs: [2, numbers(i32)],
  optionsType: [3, u8()],
  options: [4, deferred],
  customOptions: [5, byteVector],
} as const satisfies Fields;

const subgraph = {
  tensors: [0, many(tensor)],
  inputs: [1, numbers(i32)],
  outputs: [2, numbers(i32)],
  operators: [3, many(operator)],
  name: [4, text],
} as const satisfies Fields;

const names = many({ name: [0, text], tensor: [1, u32()] });

/** The root table. */
export const model = {
  version: [0, u32()],
  operatorCodes: [1, many({ deprecated: [0, i8()], custom: [1, text], version: [2, i32(1)], builtin: [3, i32()] })],
  subgraphs: [2, many(subgraph)],
  description: [3, text],
  buffers: [4, many({ data: [0, byteVector], offset: [1, u64()], size: [2, u64()] })],
  signatures: [7, many({ inputs: [0, names], outputs: [1, names], key: [2, text], subgraph: [4, u32()] })],
} as const satisfies Fields;

const fused = u8();
const alignment = { alignCorners: [2, bool()], halfPixelCenters: [3, bool()] } as const satisfies Fields;

/** Option tables by name: their number in the union, and their fields. Operators without options are not listed. */
export const optionTables = {
  Conv2D: {
    type: 1,
    fields: {
      padding: [0, u8()],
      strideW: [1, i32()],
      strideH: [2, i32()],
      fused: [3, fused],
      dilationW: [4, i32(1)],
      dilationH: [5, i32(1)],
      biasType: [6, i8()],
    },
  },
  DepthwiseConv2D: {
    type: 2,
    fields: {
      padding: [0, u8()],
      strideW: [1, i32()],
      strideH: [2, i32()],
      multiplier: [3, i32()],
      fused: [4, fused],
      dilationW: [5, i32(1)],
      dilationH: [6, i32(1)],
    },
  },
  Pool2D: {
    type: 5,
    fields: {
      padding: [0, u8()],
      strideW: [1, i32()],
      strideH: [2, i32()],
      filterW: [3, i32()],
      filterH: [4, i32()],
      fused: [5, fused],
    },
  },
  Svdf: { type: 6, fields: { rank: [0, i32()], fused: [1, fused] } },
  FullyConnected: {
    type: 8,
    fields: {
      fused: [0, fused],
      weightsFormat: [1, u8()],
      keepDims: [2, bool()],
      asymmetric: [3, bool()],
      biasType: [4, i8()],
    },
  },
  Softmax: { type: 9, fields: { beta: [0, f32()] } },
  Concatenation: { type: 10, fields: { axis: [0, i32()], fused: [1, fused] } },
  Add: { type: 11, fields: { fused: [0, fused] } },
  L2Norm: { type: 12, fields: { fused: [0, fused] } },
  ResizeBilinear: { type: 15, fields: alignment },
  Reshape: { type: 17, fields: { shape: [0, numbers(i32)] } },
  SpaceToDepth: { type: 19, fields: { block: [0, i32()] } },
  Mul: { type: 21, fields: { fused: [0, fused] } },
  Gather: { type: 23, fields: { axis: [0, i32()], batchDims: [1, i32()] } },
  Reducer: { type: 27, fields: { keepDims: [0, bool()] } },
  Sub: { type: 28, fields: { fused: [0, fused] } },
  Div: { type: 29, fields: { fused: [0, fused] } },
  Squeeze: { type: 30, fields: { dims: [0, numbers(i32)] } },
  StridedSlice: {
    type: 32,
    fields: {
      begin: [0, i32()],
      end: [1, i32()],
      ellipsis: [2, i32()],
      newAxis: [3, i32()],
      shrinkAxis: [4, i32()],
      offset: [5, bool()],
    },
  },
  Split: { type: 35, fields: { count: [0, i32()] } },
  TransposeConv: {
    type: 49,
    fields: { padding: [0, u8()], strideW: [1, i32()], strideH: [2, i32()], fused: [3, fused] },
  },
  Pack: { type: 59, fields: { count: [0, i32()], axis: [1, i32()] } },
  Unpack: { type: 64, fields: { count: [0, i32()], axis: [1, i32()] } },
  ResizeNearestNeighbor: { type: 74, fields: { alignCorners: [0, bool()], halfPixelCenters: [1, bool()] } },
  LeakyRelu: { type: 75, fields: { alpha: [0, f32()] } },
  MirrorPad: { type: 77, fields: { mode: [0, u8()] } },
  SplitV: { type: 79, fields: { count: [0, i32()] } },
  DepthToSpace: { type: 94, fields: { block: [0, i32()] } },
  CallOnce: { type: 103, fields: { subgraph: [0, i32()] } },
  Gelu: { type: 116, fields: { approximate: [0, bool()] } },
  VarHandle: { type: 111, fields: { container: [0, text], name: [1, text] } },
  BatchMatMul: { type: 101, fields: { adjX: [0, bool()], adjY: [1, bool()] } },
} as const satisfies Record<string, { type: number; fields: Fields }>;

/** Element types by number. */
export const elementTypes =
  `FLOAT32 FLOAT16 INT32 UINT8 INT64 STRING BOOL INT16 COMPLEX64 INT8 FLOAT64 COMPLEX128 UINT64 RESOURCE VARIANT UINT32
  UINT16 INT4 BFLOAT16 INT2 UINT4 FLOAT8_E4M3FN FLOAT8_E5M2`.split(/\s+/);

export const activations = ["NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"] as const;

/** Builtin operators by number. */
export const operatorNames =
  `ADD AVERAGE_POOL_2D CONCATENATION CONV_2D DEPTHWISE_CONV_2D DEPTH_TO_SPACE DEQUANTIZE EMBEDDING_LOOKUP FLOOR
  FULLY_CONNECTED HASHTABLE_LOOKUP L2_NORMALIZATION L2_POOL_2D LOCAL_RESPONSE_NORMALIZATION LOGISTIC LSH_PROJECTION LSTM
  MAX_POOL_2D MUL RELU RELU_N1_TO_1 RELU6 RESHAPE RESIZE_BILINEAR RNN SOFTMAX SPACE_TO_DEPTH SVDF TANH CONCAT_EMBEDDINGS
  SKIP_GRAM CALL CUSTOM EMBEDDING_LOOKUP_SPARSE PAD UNIDIRECTIONAL_SEQUENCE_RNN GATHER BATCH_TO_SPACE_ND
  SPACE_TO_BATCH_ND TRANSPOSE MEAN SUB DIV SQUEEZE UNIDIRECTIONAL_SEQUENCE_LSTM STRIDED_SLICE BIDIRECTIONAL_SEQUENCE_RNN
  EXP TOPK_V2 SPLIT LOG_SOFTMAX DELEGATE BIDIRECTIONAL_SEQUENCE_LSTM CAST PRELU MAXIMUM ARG_MAX MINIMUM LESS NEG PADV2
  GREATER GREATER_EQUAL LESS_EQUAL SELECT SLICE SIN TRANSPOSE_CONV SPARSE_TO_DENSE TILE EXPAND_DIMS EQUAL NOT_EQUAL LOG
  SUM SQRT RSQRT SHAPE POW ARG_MIN FAKE_QUANT REDUCE_PROD REDUCE_MAX PACK LOGICAL_OR ONE_HOT LOGICAL_AND LOGICAL_NOT
  UNPACK REDUCE_MIN FLOOR_DIV REDUCE_ANY SQUARE ZEROS_LIKE FILL FLOOR_MOD RANGE RESIZE_NEAREST_NEIGHBOR LEAKY_RELU
  SQUARED_DIFFERENCE MIRROR_PAD ABS SPLIT_V UNIQUE CEIL REVERSE_V2 ADD_N GATHER_ND COS WHERE RANK ELU REVERSE_SEQUENCE
  MATRIX_DIAG QUANTIZE MATRIX_SET_DIAG ROUND HARD_SWISH IF WHILE NON_MAX_SUPPRESSION_V4 NON_MAX_SUPPRESSION_V5 SCATTER_ND
  SELECT_V2 DENSIFY SEGMENT_SUM BATCH_MATMUL PLACEHOLDER_FOR_GREATER_OP_CODES CUMSUM CALL_ONCE BROADCAST_TO RFFT2D CONV_3D
  IMAG REAL COMPLEX_ABS HASHTABLE HASHTABLE_FIND HASHTABLE_IMPORT HASHTABLE_SIZE REDUCE_ALL CONV_3D_TRANSPOSE VAR_HANDLE
  READ_VARIABLE ASSIGN_VARIABLE BROADCAST_ARGS RANDOM_STANDARD_NORMAL BUCKETIZE RANDOM_UNIFORM MULTINOMIAL GELU
  DYNAMIC_UPDATE_SLICE RELU_0_TO_1 UNSORTED_SEGMENT_PROD UNSORTED_SEGMENT_MAX UNSORTED_SEGMENT_SUM ATAN2
  UNSORTED_SEGMENT_MIN SIGN BITCAST BITWISE_XOR RIGHT_SHIFT`.split(/\s+/);
