"""The safetensors file of the digits model, written and read by hand; src/tensor/safetensors.ts is its other reader.

Layout (https://github.com/huggingface/safetensors): u64 little-endian header length, JSON header, data. The header maps
each tensor's name to {dtype, shape, data_offsets} and `__metadata__` to a map of strings. Under "qjit.quantizers" that
has the JSON text of {"channels": [{dtype, scales, zeroPoints}], "quantizers": [{"channels": id, axis}],
"tensors": {name: quantizer id}}. json writes doubles with repr, so they survive.

Entries keep the names, shapes and dtypes of PyTorch's state dictionary: weights I8 in PyTorch's order
([out, in, kh, kw], [out, in]) with a per-channel quantizer on axis 0; biases F32; `<module>.scale` F32 and
`<module>.zero_point` I64, of one element. A float32 scale is exact here: PyTorch's observers compute float32.
"""
import collections
import json

import numpy as np

Quantized = collections.namedtuple('Quantized', 'values scales zero_points axis')
QUANTIZERS = 'qjit.quantizers'
DTYPES = {'int8': 'I8', 'uint8': 'U8', 'int32': 'I32', 'int64': 'I64', 'float32': 'F32'}
NUMPY = {code: np.dtype(name).newbyteorder('<') for name, code in DTYPES.items()}


def save(path, entries):
    """Writes {name: ndarray | Quantized}. Wide dtypes come first, so that every tensor is aligned to its elements."""
    arrays = {name: entry.values if isinstance(entry, Quantized) else entry for name, entry in entries.items()}
    header, blobs, offset = {'__metadata__': {QUANTIZERS: quantizer_table(entries)}}, [], 0
    for name in sorted(arrays, key=lambda name: (-arrays[name].itemsize, name)):
        array = arrays[name]
        blob = np.ascontiguousarray(array, NUMPY[DTYPES[array.dtype.name]]).tobytes()
        header[name] = {'dtype': DTYPES[array.dtype.name], 'shape': list(array.shape),
                        'data_offsets': [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    text = json.dumps(header, separators=(',', ':')).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as file:
        file.write(len(text).to_bytes(8, 'little') + text + b''.join(blobs))


def load(path):
    """Reads what `save` wrote: {name: ndarray | Quantized}."""
    with open(path, 'rb') as file:
        content = file.read()
    length = int.from_bytes(content[:8], 'little')
    header, content = json.loads(content[8:8 + length]), content[8 + length:]
    quantizers = read_quantizers(header.pop('__metadata__')[QUANTIZERS])
    entries = {}
    for name, info in header.items():
        start, end = info['data_offsets']
        array = np.frombuffer(content[start:end], NUMPY[info['dtype']]).reshape(info['shape'])
        entries[name] = Quantized(array, *quantizers[name]) if name in quantizers else array
    return entries


def quantizer_table(entries):
    """The metadata text: every Quantized entry has a quantizer of its own."""
    quantized = {name: entry for name, entry in entries.items() if isinstance(entry, Quantized)}
    return json.dumps({
        'channels': [{'dtype': 'qint8', 'scales': entry.scales.tolist(), 'zeroPoints': entry.zero_points.tolist()}
                     for entry in quantized.values()],
        'quantizers': [{'channels': i, 'axis': entry.axis} for i, entry in enumerate(quantized.values())],
        'tensors': {name: i for i, name in enumerate(quantized)},
    }, separators=(',', ':'))


def read_quantizers(text):
    """{name: (scales, zero points, axis)} of the metadata text."""
    table = json.loads(text)
    result = {}
    for name, i in table['tensors'].items():
        quantizer = table['quantizers'][i]
        channels = table['channels'][quantizer['channels']]
        assert channels['dtype'] == 'qint8', f'{name}: want qint8, found {channels["dtype"]}'
        scales, zero_points = np.array(channels['scales'], np.float64), np.array(channels['zeroPoints'], np.int64)
        result[name] = (scales, zero_points, quantizer['axis'])
    return result
