#!/usr/bin/env python3
"""Makes replay.json: what PyTorch's own quantized kernels (qnnpack) compute for the integers of an exported QDQ file.

usage: ATEN_CPU_CAPABILITY=default python3 make_replay.py DIR > replay.json     (Debian: python3-torch, 1.13)

DIR holds NAME_qdq.onnx and NAME_in.npy. The file's int32 biases are used: the exporter has cast the quotient of bias and scale to
integers, which truncates, so that the model before export has others. relu6 gets contiguous memory: PyTorch 1.13's answer for
channels-last memory has its elements in wrong places.
"""
import base64, json, os, struct, sys, warnings
import numpy as np
import torch
warnings.filterwarnings("ignore")
torch.backends.quantized.engine = "qnnpack"
DTYPES = {1: np.float32, 2: np.uint8, 3: np.int8, 6: np.int32, 7: np.int64}


def fields(data):
    """The fields of a protobuf message: (number, value), bytes for nested ones."""
    at = 0
    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]; at += 1
            value |= (byte & 127) << shift; shift += 7
            if byte < 128: return value
    while at < len(data):
        key = varint()
        if key & 7 == 0: yield key >> 3, varint()
        elif key & 7 == 5: yield key >> 3, data[at:at + 4]; at += 4
        elif key & 7 == 1: yield key >> 3, data[at:at + 8]; at += 8
        else:
            size = varint(); yield key >> 3, data[at:at + size]; at += size


def tensor(data):
    dims, kind, raw, ints = [], 1, b"", []
    for number, value in fields(data):
        if number == 1: dims.append(value)
        elif number == 2: kind = value
        elif number == 9: raw = value
        elif number in (5, 7): ints.append(value)
    values = np.frombuffer(bytes(raw), DTYPES[kind]) if raw else np.array(ints, DTYPES[kind])
    return values.reshape(dims)


def node(data):
    n = {"in": [], "out": [], "attrs": {}}
    for number, value in fields(data):
        if number == 1: n["in"].append(bytes(value).decode())
        elif number == 2: n["out"].append(bytes(value).decode())
        elif number == 4: n["op"] = bytes(value).decode()
        elif number == 5:
            name, found = None, []
            for k, v in fields(value):
                if k == 1: name = bytes(v).decode()
                elif k == 2: found = struct.unpack("<f", v)[0]
                elif k == 3: found = v
                elif k == 5: found = tensor(v)
                elif k == 8: found.append(v)
            n["attrs"][name] = found
    return n


def replay(path, x):
    graph = bytes(next(v for k, v in fields(open(path, "rb").read()) if k == 7))
    nodes = [node(v) for k, v in fields(graph) if k == 1]
    known = {}
    for k, v in fields(graph):
        if k == 5: known[next(bytes(t).decode() for f, t in fields(v) if f == 8)] = tensor(v)
    # A value is an array (constant), ("q", quantized tensor), or a float operator that waits for its quantize: (op, operands, attrs).
    values = {"input": torch.from_numpy(x), **known}
    for n in nodes:
        a = [values.get(name) for name in n["in"]]
        op, attrs = n["op"], n["attrs"]
        if op == "Constant": v = attrs["value"]
        elif op == "Identity": v = a[0]
        elif op == "ConstantOfShape": v = np.full(tuple(int(d) for d in a[0]), attrs["value"][0])
        elif op == "Cast": v = a[0].astype(DTYPES[attrs["to"]]) if isinstance(a[0], np.ndarray) else a[0]
        elif op == "DequantizeLinear": v = ("dq", a[0], a[1]) if isinstance(a[0], np.ndarray) else a[0]
        elif op == "QuantizeLinear": v = quantized(a[0], float(a[1]), int(a[2]))
        else: v = (op, a, attrs)
        values[n["out"][0]] = v
    return values[nodes[-1]["out"][0]]


def quantized(v, scale, zero):
    if isinstance(v, torch.Tensor) and not v.is_quantized: return torch.quantize_per_tensor(v, scale, zero, torch.quint8)
    op, a, attrs = v
    relu = op == "Relu"
    if relu: op, a, attrs = a[0]
    if op in ("Conv", "Gemm"):
        x, (_, w, ws), (_, b, bs) = a
        scales = torch.from_numpy(ws.astype(np.float64))
        weight = torch._make_per_channel_quantized_tensor(torch.from_numpy(w.copy()), scales, torch.zeros(len(ws), dtype=torch.int64), 0)
        bias = torch.from_numpy((b.astype(np.float64) * (ws.astype(np.float64) * x.q_scale())).astype(np.float32))
        if op == "Gemm":
            f = torch.ops.quantized.linear_relu if relu else torch.ops.quantized.linear
            return f(x, torch.ops.quantized.linear_prepack(weight, bias), scale, zero)
        packed = torch.ops.quantized.conv2d_prepack(weight, bias, attrs["strides"], attrs["pads"][:2], attrs["dilations"], attrs["group"])
        return (torch.ops.quantized.conv2d_relu if relu else torch.ops.quantized.conv2d)(x, packed, scale, zero)
    if op == "Add": return (torch.ops.quantized.add_relu if relu else torch.ops.quantized.add)(*a, scale, zero)
    if op == "Clip": return torch.ops.quantized.relu6(a[0].contiguous(), False)
    if op == "MaxPool": return torch.nn.functional.max_pool2d(a[0], attrs["kernel_shape"], attrs["strides"], attrs["pads"][:2])
    if op == "GlobalAveragePool": return torch.nn.functional.adaptive_avg_pool2d(a[0], (1, 1))
    if op == "Flatten": return a[0].flatten(1)
    raise NotImplementedError(op)


if __name__ == "__main__":
    found = {}
    for name in ("resnet18", "mobilenet_v2"):
        at = os.path.join(sys.argv[1], name)
        y = replay(at + "_qdq.onnx", np.load(at + "_in.npy"))
        found[name] = base64.b64encode(y.int_repr().numpy().tobytes()).decode()
    print(json.dumps({"torch": torch.__version__, "engine": "qnnpack", "outputs": found}, indent=1))
