#!/usr/bin/python3
"""Printed forms of tensors, from Debian's torch 1.13.1.  usage: ATEN_CPU_CAPABILITY=default python3 make_printing.py

Writes printing.json: cases of {kind: "quantized"|"float", shape, text} with, for quantized ones, dtype, ints and either
scale and zp or scales, zps and axis; for float ones, the float32 bits as uint32.
"""
import json, os, warnings
warnings.filterwarnings('ignore')
import numpy as np
import torch

r = np.random.RandomState(5)
ND = {'quint8': (np.uint8, 0, 256), 'qint8': (np.int8, -128, 128), 'qint32': (np.int32, -3000, 3000)}
SCALES = [0.1, 1e-4, 1.0, 0.5, 0.03125, 1 / 1024, 3.7e-6, 1e-5, 123456.5, 1e16, 0.00784313725490196, 1 / 3, 100.0]
cases = []

def quantized(shape, dtype, axis=None, scale=None):
    nd, lo, hi = ND[dtype]
    a = r.randint(lo, hi, shape).astype(nd)
    if axis is None:
        s, z = scale or float(r.choice(SCALES)), int(r.randint(max(lo, -9), 9))
        q = torch._make_per_tensor_quantized_tensor(torch.from_numpy(np.asarray(a)), s, z)
        p = dict(scale=s, zp=z)
    else:
        n = shape[axis]
        s = [float(v) for v in r.choice(SCALES[:7], n)]
        z = [int(v) for v in r.randint(max(lo, -9), 9, n)]
        q = torch._make_per_channel_quantized_tensor(torch.from_numpy(a), torch.tensor(s, dtype=torch.float64), torch.tensor(z, dtype=torch.int64), axis)
        p = dict(scales=s, zps=z, axis=axis)
    cases.append(dict(kind='quantized', shape=list(shape), dtype=dtype, ints=np.asarray(a).ravel().tolist(), text=str(q), **p))

def floats(x, shape=None):
    x = np.array(x, np.float32)
    t = torch.from_numpy(x).reshape(shape or [len(x)])
    cases.append(dict(kind='float', shape=list(t.shape), bits=x.view(np.uint32).tolist(), text=str(t)))

for shape in ((), (1,), (10,), (25,), (2, 3), (2, 2, 2, 5), (3, 1, 4), (0,), (0, 3), (1001,), (40, 30), (7, 8, 20)):
    for dtype in (('quint8', 'qint8', 'qint32') if np.prod(shape) < 1000 else ('quint8',)):
        quantized(shape, dtype)
for scale in SCALES: quantized((6,), 'quint8', scale=scale)
for n in range(1, 31): quantized((n,), 'quint8', scale=1.0); quantized((n,), 'quint8', scale=0.1)  # every length of the last line
for shape, axis in (((2, 3), 0), ((2, 3), 1), ((2, 2, 3), 2), ((30, 1), 0), ((0, 2), 1)):
    quantized(shape, 'qint8', axis); quantized(shape, 'quint8', axis)
floats([]); floats([], (2, 0)); floats([1, 2, 3]); floats([0, -0.0]); floats([np.nan, np.inf, -np.inf, 1.5]); floats([np.nan, 2, -np.inf])
floats([0.03125, 0.09375, -0.03125, 0.15625]); floats([100005, 0.5]); floats([100015, 1e-3]); floats([1e8]); floats([1.00000008e8]); floats([1e-5, 1]); floats([-0.00004, 0.5])
floats([0.99995, 0.999949]); floats([1e-40]); floats([3e38, -3e38]); floats([1001, 1]); floats([1000, 1]); floats(r.randn(12) * 3, (3, 4)); floats([7.25], ())
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), 'printing.json'), 'w') as fh:
    json.dump(dict(torch=torch.__version__, cases=cases), fh, separators=(',', ':'))
