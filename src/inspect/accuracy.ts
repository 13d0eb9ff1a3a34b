/**
 * Where a quantized model loses accuracy against a reference model of the same layers: per layer, as it accumulates from input to
 * output, and by itself when the layer is given the reference's inputs. The interpreter runs both: its integers are those of
 * every back end.
 */
import type { Graph, Node } from "../ir/graph.ts";
import { interpret } from "../ir/interpret.ts";
import type { TypedArray } from "../ir/type.ts";
import { ErrorStats, type ErrorSummary } from "./error-stats.ts";
import { evaluatePoint, greatest, type LayerPoint, pointsOf, realsOf, storedOf } from "./layer-values.ts";
import { isConversion, type LayerMatch, matchLayers } from "./match-layers.ts";

/** The inputs of both models for one run, row-major and in the order of their parameters. */
export interface SamplePair {
  readonly a: readonly TypedArray[];
  readonly b: readonly TypedArray[];
}

/** A layer of the first model against its partner. */
export interface LayerAccuracy {
  readonly name: string;
  readonly op: string;
  /** Name of the partner in the reference. */
  readonly reference: string;
  readonly matchedBy: "name" | "position";
  readonly storage: string;
  readonly shape: readonly number[];
  /** Whether it only moves values. */
  readonly moves: boolean;
  readonly accumulated: ErrorSummary;
  /** With the reference's inputs, quantized as the layer takes them; null where these are not known. */
  readonly isolated: ErrorSummary | null;
}

/** A layer computed as the reference computes it, all else as it is, and what that does to the outputs. */
export interface KeptInFloat {
  readonly layers: readonly string[];
  readonly outputSqnrDb: number | null;
}

/** The comparison of two models. */
export interface Accuracy {
  readonly samples: number;
  readonly layers: readonly LayerAccuracy[];
  readonly outputs: readonly OutputAccuracy[];
  /** The first layer with less than 20 dB. */
  readonly firstPoor: string | null;
  readonly unmatched: readonly string[];
  readonly unmatchedReference: readonly string[];
  /** Single layers that gain most when they stay in float, and all of these together at last; best first. */
  readonly keepInFloat: readonly KeptInFloat[];
}

/** An output against the reference's. */
export interface OutputAccuracy {
  readonly name: string;
  readonly error: ErrorSummary;
  /** For vectors: runs in which both have their greatest value in one place. */
  readonly sameTop: number | null;
}

/** What to compare with. */
export interface AccuracyOptions {
  /** Layers to try in float, and runs to try each on. */
  readonly candidates?: number;
  readonly candidateSamples?: number;
  readonly onStep?: (what: string) => void;
}

/** Compares `a` with the reference `b`. The graphs must be legal and have as many parameters and outputs. */
export function compareModels(
  a: Graph,
  b: Graph,
  samples: readonly SamplePair[],
  options: AccuracyOptions = {},
): Accuracy {
  const comparison = new Comparison(a, b);
  for (const [i, sample] of samples.entries()) {
    options.onStep?.(`sample ${i + 1} of ${samples.length}`);
    comparison.add(sample);
  }
  const keepInFloat = comparison.tryFloat(
    samples.slice(0, options.candidateSamples ?? 8),
    options.candidates ?? 5,
    (what) => options.onStep?.(what),
  );
  return { samples: samples.length, ...comparison.result(), keepInFloat };
}

/** Decibels below which quantization noise usually costs accuracy. */
export const poorDb = 20;

class Comparison {
  readonly #a: Graph;
  readonly #b: Graph;
  readonly #match: LayerMatch;
  readonly #points: ReadonlyMap<Node, LayerPoint>;
  /** The reference's node that each node of `a` is compared with. */
  readonly #partner = new Map<Node, Node>();
  readonly #pointOfB = new Map<Node, LayerPoint>();
  readonly #accumulated = new Map<LayerPoint, ErrorStats>();
  readonly #isolated = new Map<LayerPoint, ErrorStats>();
  readonly #outputs: { stats: ErrorStats; sameTop: number | null }[];

  constructor(a: Graph, b: Graph) {
    this.#a = a;
    this.#b = b;
    const points = pointsOf(a);
    this.#match = matchLayers(points, pointsOf(b));
    this.#points = new Map(points.map((p) => [p.node, p]));
    for (const [i, p] of a.params.entries()) this.#partner.set(p, b.params[i]);
    for (const { a: x, b: y } of this.#match.pairs) {
      this.#partner.set(x.node, y.node);
      this.#pointOfB.set(x.node, y);
      this.#accumulated.set(x, new ErrorStats(x.node.type));
    }
    // A conversion hands on the value that it was given.
    for (const p of points) {
      const source = p.reads.length === 1 ? this.#partner.get(p.reads[0]) : undefined;
      if (!this.#partner.has(p.node) && source && isConversion(p)) this.#partner.set(p.node, source);
    }
    for (const { a: x } of this.#match.pairs)
      if (x.reads.every((n) => this.#partner.has(n))) this.#isolated.set(x, new ErrorStats(x.node.type));
    this.#outputs = a.outputs.map(({ node }) => ({
      stats: new ErrorStats(node.type),
      sameTop: node.type.shape.filter((d) => d > 1).length === 1 ? 0 : null,
    }));
  }

  add(sample: SamplePair): void {
    const reference = this.#referenceOf(sample);
    const outputs = interpret(this.#a, sample.a, {
      observe: (node, data) => {
        const stats = this.#accumulated.get(this.#points.get(node)!);
        if (stats) stats.add(reference(this.#partner.get(node)!), realsOf(data, node.type), data);
      },
    });
    for (const [point, stats] of this.#isolated) {
      const data = evaluatePoint(point, (n) => storedOf(reference(this.#partner.get(n)!), n.type));
      stats.add(reference(this.#partner.get(point.node)!), realsOf(data, point.node.type), data);
    }
    this.#addOutputs(outputs, reference);
  }

  result(): Omit<Accuracy, "samples" | "keepInFloat"> {
    const { pairs, unmatchedA, unmatchedB } = this.#match;
    const poor = pairs.find(({ a }) => this.#accumulated.get(a)!.sqnr < poorDb);
    return {
      firstPoor: poor?.a.name ?? null,
      layers: pairs.map(({ a, b, by }) => ({
        name: a.name,
        op: a.op,
        reference: b.name,
        matchedBy: by,
        storage: a.node.type.storage,
        shape: a.node.type.shape,
        moves: a.group.nodes.every((n) => n.op.kind === "movement"),
        accumulated: this.#accumulated.get(a)!.summary(),
        isolated: this.#isolated.get(a)?.summary() ?? null,
      })),
      outputs: this.#a.outputs.map(({ name }, i) => ({
        name,
        error: this.#outputs[i].stats.summary(),
        sameTop: this.#outputs[i].sameTop,
      })),
      unmatched: unmatchedA.filter((p) => !isConversion(p)).map((p) => p.name),
      unmatchedReference: unmatchedB.filter((p) => !isConversion(p)).map((p) => p.name),
    };
  }

  /** Runs the layers with the greatest errors of their own in float, one by one and then together. */
  tryFloat(samples: readonly SamplePair[], count: number, onStep: (what: string) => void): KeptInFloat[] {
    const ranked = [...this.#isolated]
      .filter(([p, stats]) => this.#canBeFloat(p) && stats.summary().sqnrDb !== null)
      .sort(([, x], [, y]) => x.sqnr - y.sqnr)
      .slice(0, count)
      .map(([p]) => p);
    if (samples.length === 0 || ranked.length === 0) return [];
    const now = this.#outputSqnr(samples, []);
    const trial = (points: readonly LayerPoint[]) => {
      onStep(`in float: ${points.map((p) => p.name).join(", ")}`);
      return { points, db: this.#outputSqnr(samples, points) };
    };
    const single = ranked.map((p) => trial([p])).filter(({ db }) => db > now + 0.1);
    single.sort((x, y) => y.db - x.db);
    const all = single.length > 1 ? [trial(single.slice(0, 3).flatMap((s) => s.points))] : [];
    return [{ points: [] as LayerPoint[], db: now }, ...single.slice(0, 3), ...all].map(({ points, db }) => ({
      layers: points.map((p) => p.name),
      outputSqnrDb: Number.isFinite(db) ? db : null,
    }));
  }

  /** Whether the reference's layer reads the partners of what this one reads, in the same order. */
  #canBeFloat(point: LayerPoint): boolean {
    const other = this.#pointOfB.get(point.node)!;
    if (point.node.type.storage === "f32" || other.node.type.storage !== "f32") return false;
    return (
      other.reads.length === point.reads.length && other.reads.every((n, i) => n === this.#partner.get(point.reads[i]))
    );
  }

  /** Decibels over all outputs, with some layers computed by the reference's operators. */
  #outputSqnr(samples: readonly SamplePair[], points: readonly LayerPoint[]): number {
    const float = new Map(points.map((p) => [p.node, p]));
    const stats = this.#a.outputs.map(({ node }) => new ErrorStats(node.type));
    for (const sample of samples) {
      const reference = this.#referenceOf(sample);
      const values = new Map<Node, TypedArray>(this.#a.params.map((p, i) => [p, sample.a[i]]));
      const read = (n: Node) => values.get(n)!;
      for (const point of this.#points.values()) {
        const kept = float.get(point.node);
        values.set(point.node, kept ? this.#inFloat(kept, read) : evaluatePoint(point, read));
      }
      for (const [i, { node }] of this.#a.outputs.entries()) {
        const data = values.get(node);
        if (data) stats[i].add(reference(this.#b.outputs[i].node), realsOf(data, node.type), data);
      }
    }
    return Math.min(...stats.map((s) => s.sqnr));
  }

  #inFloat(point: LayerPoint, read: (n: Node) => TypedArray): TypedArray {
    const other = this.#pointOfB.get(point.node)!;
    const inputs = new Map(other.reads.map((n, i) => [n, point.reads[i]]));
    const reals = evaluatePoint(other, (n) => {
      const source = inputs.get(n)!;
      return storedOf(realsOf(read(source), source.type), n.type);
    });
    return storedOf(realsOf(reals, other.node.type), point.node.type);
  }

  /** The reference's real values of one run, by its nodes. */
  #referenceOf(sample: SamplePair): (node: Node) => Float64Array {
    const wanted = new Set([...this.#partner.values(), ...this.#b.outputs.map((o) => o.node)]);
    const values = new Map<Node, Float64Array>();
    interpret(this.#b, sample.b, {
      observe: (node, data) => {
        if (wanted.has(node)) values.set(node, realsOf(data, node.type));
      },
    });
    return (node) => values.get(node)!;
  }

  #addOutputs(outputs: readonly TypedArray[], reference: (node: Node) => Float64Array): void {
    for (const [i, { node }] of this.#a.outputs.entries()) {
      const want = reference(this.#b.outputs[i].node);
      const reals = realsOf(outputs[i], node.type);
      const output = this.#outputs[i];
      output.stats.add(want, reals, outputs[i]);
      if (output.sameTop !== null && greatest(want) === greatest(reals)) output.sameTop++;
    }
  }
}
