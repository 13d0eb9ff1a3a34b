#!/usr/bin/env python3
"""Shows what makes an exported QDQ file differ from the PyTorch model that it was exported from (docs/numerics.md, section 5).

usage: ATEN_CPU_CAPABILITY=default python3 show_causes.py DIR     (Debian: python3-torch 1.13, python3-torchvision, python3-onnx)

DIR holds make_models.py, which makes the models anew. Each is exported, and its file replayed on PyTorch's own kernels three times: with
the integers of the file, with the biases of the model before export, and with these and relu6 on memory as it lies. Prints how many of
the 1000 outputs differ from the model's, and how many biases of the file are the model's quotients truncated.
"""
import copy, os, sys, tempfile, warnings
import numpy as np
import torch, torchvision
import make_replay

sys.path.insert(0, sys.argv[1])
import make_models
warnings.filterwarnings("ignore")


def quantized_model(name):
    torch.manual_seed(0)
    model = make_models.randomise(getattr(torchvision.models, name)(weights=None))
    config = make_models.QConfigMapping().set_global(make_models.QCONFIG)
    prepared = make_models.prepare_fx(copy.deepcopy(model), config, (torch.randn(*make_models.SHAPE),))
    with torch.no_grad():
        for _ in range(2): prepared(torch.randn(*make_models.SHAPE))
    return make_models.convert_fx(prepared)


def biases_in_order(model, x):
    """The real biases of convolutions and linear layers as they run, and the model's output."""
    biases, hooks = [], []
    for m in model.modules():
        if callable(getattr(m, "bias", None)):
            hooks.append(m.register_forward_hook(lambda m, i, o: biases.append(m.bias().detach())))
    with torch.no_grad(): y = model(x)
    for h in hooks: h.remove()
    return biases, y


def replay(path, x, biases, relu6_in_place):
    """The file on PyTorch's kernels; `biases` None: the file's. Also how many of the file's biases are truncated quotients."""
    original, left, truncated = make_replay.quantized, iter(biases or []), 0
    def quantized(v, scale, zero):
        nonlocal truncated
        if isinstance(v, torch.Tensor) or biases is None: return original(v, scale, zero)
        op, a, attrs = v
        inner = a[0] if op == "Relu" else v
        if op == "Clip" and relu6_in_place: return torch.ops.quantized.relu6(a[0], False)
        if inner[0] not in ("Conv", "Gemm"): return original(v, scale, zero)
        x, w, (_, b, bs) = inner[1]
        real = next(left).numpy()
        quotients = real.astype(np.float64) / (w[2].astype(np.float64) * x.q_scale())
        truncated += int((np.trunc(quotients.astype(np.float32)) == b).sum())
        # make_replay multiplies integers by the scales; quotients that are no integers stand for the real biases.
        changed = (inner[0], [x, w, ("dq", quotients, bs)], inner[2])
        return original((op, [changed], attrs) if op == "Relu" else changed, scale, zero)
    make_replay.quantized = quantized
    try: return make_replay.replay(path, x.numpy()).dequantize().flatten(), truncated
    finally: make_replay.quantized = original


if __name__ == "__main__":
    for name in ("resnet18", "mobilenet_v2"):
        model = quantized_model(name)
        x = torch.randn(*make_models.SHAPE, generator=torch.Generator().manual_seed(1))
        biases, y = biases_in_order(model, x)
        with tempfile.TemporaryDirectory() as dir:
            path = os.path.join(dir, "model.onnx")
            torch.onnx.export(model, x, path, opset_version=13, input_names=["input"], output_names=["output"])
            ways = {"the file's biases": (None, False), "the model's biases": (biases, False), "and relu6 in place": (biases, True)}
            for what, (given, in_place) in ways.items():
                found, truncated = replay(path, x, given, in_place)
                print(f"{name}, {what}: {int((found != y.flatten()).sum())} of {found.numel()} differ")
            print(f"{name}: {truncated} of {sum(b.numel() for b in biases)} biases of the file are truncated quotients")
