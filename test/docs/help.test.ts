/** Every example of every --help runs. */
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeNpy } from "../../src/cli/npy.ts";
import { cliDoc } from "../../tools/cli-doc.ts";
import { onnxFile } from "../import/onnx-file.ts";
import { addon } from "../native/native.ts";
import { modelsDir } from "../vectors.ts";
import { Shell } from "./console.ts";

const examples = [...new Set([...(await cliDoc()).matchAll(/^ {2}\$ (qjit .*)$/gm)].map((m) => m[1]))];
const models = modelsDir();

describe("the examples of --help", () => {
  if (!models) {
    test.skip("skipped: no QJIT_MODELS_DIR and no ../shared/models", () => {});
    return;
  }
  const shell = new Shell("");
  const at = (name: string) => path.join(shell.dir, name);

  beforeAll(() => {
    for (const name of ["model", "mobilenet", "int8"])
      symlinkSync(path.join(models, "pretrainedResnet_quant.tflite"), at(`${name}.tflite`));
    symlinkSync(path.join(models, "pretrainedResnet.tflite"), at("float.tflite"));
    const image = [1, 3, 224, 224];
    const nodes = [{ op: "Relu", in: ["input"], out: ["output"] }];
    shell.write("model.onnx", onnxFile({ nodes, inputs: { input: ["FLOAT", image] }, outputs: ["output"] }) as never);
    const floats = writeNpy({ storage: "f32", shape: image, data: new Float32Array(3 * 224 * 224) });
    shell.write("expected.npy", floats as never);
    shell.write("onnx-photo.npy", floats as never);
    const photo = writeNpy({ storage: "i8", shape: [1, 32, 32, 3], data: new Int8Array(3072).fill(5) });
    for (const name of ["photo.npy", "cat.npy"]) shell.write(name, photo as never);
    mkdirSync(at("samples"));
    shell.write("samples/one.npy", photo as never);
    for (const name of ["labels.txt", "imagenet.txt"]) shell.write(name, "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
    shell.run("qjit dump model.tflite > model.qir && qjit compile model.tflite -o dist");
    // What shows things: not part of this, and not everywhere.
    for (const name of ["less", "dot", "open", "xdg-open"]) {
      writeFileSync(at(`.bin/${name}`), "#!/bin/sh\ncat >/dev/null </dev/stdin\n");
      chmodSync(at(`.bin/${name}`), 0o755);
    }
  });
  afterAll(() => rmSync(shell.dir, { recursive: true, force: true }));

  test("there are some for every command", () => {
    expect(new Set(examples.map((e) => e.split(" ")[1])).size).toBeGreaterThanOrEqual(9);
  });

  for (const example of examples) {
    if (/native/.test(example) && !addon) {
      test.skip(`${example} (skipped: no native back end)`, () => {});
      continue;
    }
    test(example, () => {
      const command = example.includes("model.onnx") ? example.replace("0=photo", "0=onnx-photo") : example;
      // It serves until it is stopped; any port will do.
      const served = `${command.replace(" --port 8080", "")} > view.txt 2>&1 & pid=$!
        for i in $(seq 600); do grep -q "Ctrl-C" view.txt && break; sleep 0.1; done
        kill -INT $pid; wait $pid; echo "exit $?" >> view.txt; cat view.txt`;
      const ended = `set -o pipefail; ${command} </dev/null; echo "exit $?"`;
      const lines = shell.run(command.startsWith("qjit view") ? served : ended);
      const text = lines.join("\n");
      if (command.startsWith("qjit view")) expect(text).toMatch(/http:\/\/127\.0\.0\.1:\d+\//);
      expect(lines[lines.length - 1], text).toBe("exit 0");
      expect(text).not.toMatch(/^error: /m);
    });
  }
});
