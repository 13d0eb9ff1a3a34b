/** What the figures of a comparison mean, in plain sentences, and what to do about it. */
import { type Accuracy, type LayerAccuracy, poorDb } from "./accuracy.ts";
import type { OutputsComparison } from "./compare-outputs.ts";
import type { ErrorSummary } from "./error-stats.ts";

/** Decibels below which quantization noise begins to show. */
const good = 30;

/** The sentences for a comparison. */
export const readingOf = (result: Accuracy | OutputsComparison): string[] =>
  "layers" in result ? accuracyReading(result) : outputsReading(result);

const db = (value: number | null): string => (value === null ? "no error" : `${value.toFixed(1)} dB`);

const percent = (part: number): string => {
  const p = 100 * part;
  return `${p > 0 && p < 0.1 ? p.toPrecision(1) : p.toFixed(1)} %`;
};

/** How good an error is, in words. */
function grade({ sqnrDb }: ErrorSummary): string {
  if (sqnrDb === null) return "equal to the reference";
  if (sqnrDb >= good) return "close to the reference";
  return sqnrDb >= poorDb ? "noisy, mostly harmless" : "far from the reference";
}

function accuracyReading({ outputs, layers, samples, keepInFloat, unmatched }: Accuracy): string[] {
  const lines: string[] = [];
  for (const o of outputs) {
    const top =
      o.sameTop === null ? "" : `; the greatest value is in the same place in ${o.sameTop} of ${samples} samples`;
    lines.push(`Output ${o.name} is ${grade(o.error)} (${db(o.error.sqnrDb)})${top}.`);
  }
  const isolated = layers.filter((l) => l.isolated?.sqnrDb != null);
  const worst = [...isolated].sort((x, y) => x.isolated!.sqnrDb! - y.isolated!.sqnrDb!);
  if (worst.length < layers.length / 2)
    lines.push(
      `The own error of ${worst.length} of ${layers.length} layers is known; the others read what has no partner in the reference.`,
    );
  else {
    const [first] = worst;
    const median = worst[worst.length >> 1].isolated!.sqnrDb!;
    const outlier = first.isolated!.sqnrDb! < median - 6;
    lines.push(
      outlier
        ? `By itself ${short(first.name)} adds most noise: ${db(first.isolated!.sqnrDb)}, where the median layer has ${db(median)}.`
        : `No layer stands out: by themselves they have ${db(first.isolated!.sqnrDb)} or more, ${db(median)} in the median.`,
    );
    const final = layers[layers.length - 1].accumulated.sqnrDb;
    if (!outlier && final !== null && final < first.isolated!.sqnrDb! - 3)
      lines.push(
        "The error at the end is that of many layers added up; finer scales everywhere help more than one layer in float.",
      );
  }
  lines.push(
    ...layers
      .filter((l) => !l.moves)
      .flatMap(rangeReading)
      .slice(0, 6),
  );
  if (unmatched.length)
    lines.push(
      `${unmatched.length} layers have no partner in the reference and are not judged: ${unmatched.slice(0, 3).map(short).join(", ")}${unmatched.length > 3 ? ", ..." : ""}.`,
    );
  lines.push(...suggestion(keepInFloat));
  return lines;
}

/** A range that is too small cuts values off; one that is too large leaves levels unused. */
function rangeReading({ name, op, isolated, accumulated }: LayerAccuracy): string[] {
  const range = (isolated ?? accumulated).range;
  if (!range) return [];
  const { values } = isolated ?? accumulated;
  if (range.clipped / values > 0.001)
    return [
      `${short(name)} (${op}) cuts off ${percent(range.clipped / values)} of its values: its range is too small for these inputs.`,
    ];
  const used = range.highest - range.lowest + 1;
  const wanted = Math.round(range.reference[1] - range.reference[0]) + 1;
  if (wanted > 2 * used)
    return [
      `${short(name)} (${op}) stores ${used} levels where its reference has ${wanted}: its clamp or its rescaling is wrong.`,
    ];
  if (used < range.levels / 4)
    return [
      `${short(name)} (${op}) uses ${used} of ${range.levels} levels: a smaller range would be finer, unless it is tied to its input's.`,
    ];
  return [];
}

/** Decibels that a layer in float must gain to be worth its cost. */
const worthwhile = 1;

function suggestion(kept: Accuracy["keepInFloat"]): string[] {
  const [now, ...trials] = kept;
  if (!now) return [];
  const from = now.outputSqnrDb ?? Number.POSITIVE_INFINITY;
  const gain = (t: (typeof trials)[number]) => (t.outputSqnrDb ?? Number.POSITIVE_INFINITY) - from;
  const text = (t: (typeof trials)[number]) => `${t.layers.map(short).join(" and ")} (${db(t.outputSqnrDb)})`;
  const how = "Measured by computing these layers in float and all others in integers.";
  const best = trials.filter((t) => gain(t) >= worthwhile);
  if (best.length)
    return [`Keep in float, best first, against ${db(from)} of the outputs now: ${best.map(text).join("; ")}. ${how}`];
  const single = trials[0]
    ? `the best of the noisiest, ${text(trials[0])}, gains ${gain(trials[0]).toFixed(1)} dB`
    : "none gains anything";
  return [`Keeping a layer in float does not pay: ${single}. ${how}`];
}

function outputsReading({ values, samples, firstDivergence }: OutputsComparison): string[] {
  const lines = values.map((v) => {
    const size = v.error.values;
    const top =
      v.sameTop === null ? "" : `; the greatest value is in the same place in ${v.sameTop} of ${samples} samples`;
    if (v.differing === 0) return `${v.name}: every one of ${size} integers is equal.`;
    const bits =
      v.differing === null
        ? ""
        : `${v.differing} of ${size} integers differ, by ${Math.round(v.error.lsb?.max ?? v.error.maxError)} at most; `;
    return `${v.name}: ${bits}${grade(v.error)} (${db(v.error.sqnrDb)})${top}.`;
  });
  if (firstDivergence !== null && values.length > 1)
    lines.push(`The first value that differs is ${short(firstDivergence)}.`);
  return lines;
}

const short = (name: string): string => name.split(";")[0];
