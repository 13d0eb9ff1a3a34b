// Objects from anchors: boxes decoded, and of those that overlap the best kept.
#include <algorithm>

#include "../kernels/functions.h"
#include "step.h"

namespace qjit {
namespace {

constexpr int64_t row_size = 7;

struct Detect {
  int64_t count, classes, per_class;
  double least, most_overlap, y_scale, x_scale, h_scale, w_scale;
  int64_t first;
};

/** Corners [ymin, xmin, ymax, xmax]: centers and half extents in doubles, each rounded to f32, then corners in f32. */
void decode(const Detect& d, const float* box, const float* anchor, float* to) {
  const float yc = static_cast<float>(box[0] / d.y_scale * anchor[2] + anchor[0]);
  const float xc = static_cast<float>(box[1] / d.x_scale * anchor[3] + anchor[1]);
  const float hh = static_cast<float>(0.5 * exp_double(box[2] / d.h_scale) * anchor[2]);
  const float hw = static_cast<float>(0.5 * exp_double(box[3] / d.w_scale) * anchor[3]);
  to[0] = yc - hh;
  to[1] = xc - hw;
  to[2] = yc + hh;
  to[3] = xc + hw;
}

/** Intersection over union in f32; 0 where a box is empty. */
double overlap(const float* p, const float* q) {
  const float first = static_cast<float>(p[2] - p[0]) * static_cast<float>(p[3] - p[1]);
  const float second = static_cast<float>(q[2] - q[0]) * static_cast<float>(q[3] - q[1]);
  if (first <= 0 || second <= 0) return 0;
  const double height = f(least_of(p[2], q[2]) - greatest_of(p[0], q[0]));
  const double width = f(least_of(p[3], q[3]) - greatest_of(p[1], q[1]));
  const double both = f(greatest_of(height, 0) * greatest_of(width, 0));
  return f(both / f(f(static_cast<double>(first) + second) - both));
}

}  // namespace

std::unique_ptr<Step> make_detect(Reader& r, Isa) {
  const Tensor boxes = r.operand(), scores = r.operand(), anchors = r.operand(), out = r.tensor(true);
  constexpr int64_t big = 1 << 30;
  Detect d{};
  d.count = r.integer(1, big, "a count");
  d.classes = r.integer(1, big, "classes");
  d.per_class = r.integer(0, big, "a count for each class");
  for (double* v : {&d.least, &d.most_overlap, &d.y_scale, &d.x_scale, &d.h_scale, &d.w_scale}) *v = r.f64();
  d.first = r.flag();
  for (const Tensor* t : {&boxes, &scores, &anchors, &out}) want(t->storage == Storage::f32, "floats");
  want(anchors.shape.size() == 2 && anchors.shape[1] == 4, "anchors of four numbers");
  const int64_t n = anchors.shape[0], columns = d.classes + d.first;
  want(boxes.shape.size() == 3 && boxes.shape[0] == 1 && boxes.shape[1] == n && boxes.shape[2] >= 4, "a box for each anchor");
  want(scores.size == n * columns && out.size == d.count * row_size, "scores of each box and rows of seven numbers");
  const int64_t width = boxes.shape[2];
  auto step = alone("f32_detect__scalar", [=](const Memory& m) {
    const float* from = scores.in<float>(m) + d.first;
    float* corners = reinterpret_cast<float*>(m.scratch);
    float* left = corners + 4 * n;
    float* kinds = left + n;
    float* rows = out.out<float>(m);
    for (int64_t i = 0; i < n; i++) decode(d, boxes.in<float>(m) + i * width, anchors.in<float>(m) + 4 * i, corners + 4 * i);
    std::fill(rows, rows + out.size, 0.0f);
    int64_t filled = 0;
    for (int64_t c = 0; c < (d.per_class ? d.classes : 1); c++) {
      for (int64_t i = 0; i < n; i++) {
        int64_t kind = c;
        if (!d.per_class) for (int64_t k = kind = 0; k < d.classes; k++) if (from[i * columns + k] > from[i * columns + kind]) kind = k;
        const float v = from[i * columns + kind];
        kinds[i] = static_cast<float>(kind);
        // Not-a-number stands for a box that is out: chosen, suppressed, or scored too low.
        left[i] = v >= d.least ? v : std::numeric_limits<float>::quiet_NaN();
      }
      for (int64_t taken = 0; taken < (d.per_class ? d.per_class : d.count); taken++) {
        int64_t top = -1;
        for (int64_t i = 0; i < n; i++) if (top < 0 ? !std::isnan(left[i]) : left[i] > left[top]) top = i;
        if (top < 0) break;
        // After all that are as good; what falls behind the last place is dropped.
        int64_t at = 0;
        while (at < filled && !(rows[at * row_size + 5] < left[top])) at++;
        if (at < d.count) {
          filled = std::min(filled + 1, d.count);
          std::copy_backward(rows + at * row_size, rows + (filled - 1) * row_size, rows + filled * row_size);
          std::copy(corners + 4 * top, corners + 4 * top + 4, rows + at * row_size);
          rows[at * row_size + 4] = kinds[top];
          rows[at * row_size + 5] = left[top];
          rows[at * row_size + 6] = 1;
        }
        left[top] = std::numeric_limits<float>::quiet_NaN();
        for (int64_t i = 0; i < n; i++)
          if (!std::isnan(left[i]) && overlap(corners + 4 * top, corners + 4 * i) > d.most_overlap) left[i] = std::numeric_limits<float>::quiet_NaN();
      }
    }
  });
  step->scratch = 6 * sizeof(float) * static_cast<size_t>(n);
  // Each box that is taken is compared with all others, and finds its place among the rows.
  const int64_t passes = d.per_class ? d.classes : 1, taken = std::min(n, d.per_class ? d.per_class : d.count);
  step->work = static_cast<double>(passes) * static_cast<double>(taken) * static_cast<double>(n + d.count * row_size) +
               static_cast<double>(n) * static_cast<double>(columns);
  return step;
}

}  // namespace qjit
