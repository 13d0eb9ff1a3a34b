// Kernels that are no products: sums of bytes, quantization, windows, pixels.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "../kernels/numbers.h"
#include "../program/reader.h"
#include "check.h"
#include "families.h"

namespace qjit::test {

void test_additions(const char* row, void (*run)(const AddFit&, const uint8_t*, const uint8_t*, uint8_t*, int64_t)) {
  seed(9);
  for (int count = 0; count < 100; count++) {
    AddFit k{0.5f, 0.25f, -10.25f, 0.0f, between(-20, 20), -128, 127, between(0, 1) != 0, between(0, 1) != 0, true};
    if (between(0, 1)) { k.out_signed = false; k.zero += 128; k.low = 0; k.high = 255; }
    const size_t n = static_cast<size_t>(count);
    Guarded x(n, 0), y(n, 0), out(n, 0);
    std::vector<uint8_t> want;
    for (size_t i = 0; i < n; i++) {
      const uint8_t a = x.data()[i] = static_cast<uint8_t>(random_word());
      const uint8_t b = y.data()[i] = static_cast<uint8_t>(random_word());
      const double v = round_half_even((k.x_signed ? static_cast<int8_t>(a) : a) * 0.5 + (k.y_signed ? static_cast<int8_t>(b) : b) * 0.25 - 10.25);
      want.push_back(static_cast<uint8_t>(static_cast<int>(clamp(v + k.zero, k.low, k.high))));
    }
    run(k, x.data(), y.data(), out.data(), count);
    check(n == 0 || std::memcmp(want.data(), out.data(), n) == 0, std::string(row) + " add of " + std::to_string(count));
    check(x.intact() && y.intact() && out.intact(), std::string(row) + " add: guard bytes");
  }
}

void test_plain(const char* row, const PlainKernels& k) {
  seed(11);
  for (int count = 0; count < 150; count++) {
    const size_t n = static_cast<size_t>(count);
    Quantizer q;
    q.divides = between(0, 1);
    q.away = q.divides && between(0, 1);
    q.k = q.divides ? 0.5f : 2;
    q.out_signed = between(0, 1);
    q.low = q.out_signed ? -128 : 0;
    q.high = q.low + 255;
    q.zero = between(q.low, q.high);
    q.nan_high = between(0, 1);
    q.infinity_low = between(0, 1);
    std::vector<float> x;
    Guarded out(n, 0);
    std::vector<uint8_t> want;
    for (int i = 0; i < count; i++) {
      const float rare[] = {NAN, INFINITY, -INFINITY, 1e30f, -1e30f, 9223372036854775808.0f, -0.0f};
      const float v = between(0, 9) ? static_cast<float>(between(-700, 700)) / 8 : rare[between(0, 6)];
      x.push_back(v);
      const double scaled = q.divides ? v / q.k : v * q.k;
      const double r = q.away ? round_half_away(scaled) : round_half_even(scaled);
      double s = clamp(r + q.zero, q.low, q.high);
      if (std::isnan(r)) s = q.nan_high ? q.high : q.low;
      else if (q.infinity_low && std::fabs(r) >= 9223372036854775808.0) s = q.low;
      want.push_back(static_cast<uint8_t>(static_cast<int>(s)));
    }
    k.quantize(q, x.data(), out.data(), count);
    check(n == 0 || std::memcmp(want.data(), out.data(), n) == 0, std::string(row) + " quantize of " + std::to_string(count));
    check(out.intact(), std::string(row) + " quantize: guard bytes");

    const bool is_signed = between(0, 1);
    const int places = between(0, 9), c = count;
    Guarded image(static_cast<size_t>(3 * c), slack), most(n, 0);
    Guarded sums(4 * n, 0);
    for (int i = 0; i < 3 * c; i++) image.data()[i] = static_cast<uint8_t>(random_word());
    std::vector<int64_t> at;
    for (int i = 0; i < places; i++) at.push_back(between(0, 2) * c);
    k.maximum(image.data(), at.data(), places, c, is_signed, most.data());
    k.sum(image.data(), at.data(), places, c, is_signed, reinterpret_cast<int32_t*>(sums.data()));
    bool right = true;
    for (int i = 0; i < c; i++) {
      int best = is_signed ? -128 : 0, sum = 0;
      for (const int64_t p : at) {
        const int v = is_signed ? static_cast<int8_t>(image.data()[p + i]) : image.data()[p + i];
        best = std::max(best, v);
        sum += v;
      }
      int32_t found;
      std::memcpy(&found, sums.data() + 4 * i, 4);
      right = right && most.data()[i] == static_cast<uint8_t>(best) && found == sum;
    }
    check(right && most.intact() && sums.intact(), std::string(row) + " windows of " + std::to_string(c));
    if (!k.interleave3) continue;
    Guarded pixels(3 * n, 0);
    k.interleave3(image.data(), image.data() + c, image.data() + 2 * c, pixels.data(), c);
    for (int i = 0; i < 3 * c; i++) right = right && pixels.data()[i] == image.data()[i % 3 * c + i / 3];
    check(right && pixels.intact(), std::string(row) + " pixels of " + std::to_string(c));
  }
}

}  // namespace qjit::test
