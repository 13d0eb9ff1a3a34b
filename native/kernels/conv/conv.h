// 8-bit convolutions with constant weights, finished by an epilogue; a matrix product is a 1x1 convolution.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../isa.h"
#include "../numbers.h"
#include "../share.h"

namespace qjit {

/** One stage of an epilogue; see src/ir/epilogue.ts. */
struct Stage {
  enum class Kind : uint32_t { requantize, add, table, clamp } kind{};
  Rescale by;
  Addition add;
  double zero = 0, low = 0, high = 0;
};

/** The stages in order, with what they read besides the sums. */
struct Epilogue {
  std::vector<Stage> stages;
  double residual_zero = 0;
  /** Entries of the table as stored numbers, from `low` of the stage on. */
  std::vector<double> table;

  /** The stored value of one sum. */
  double apply(double v, size_t channel, double residual) const {
    double zero = 0;
    for (const Stage& s : stages) {
      switch (s.kind) {
        case Stage::Kind::requantize:
          v = clamp(rescale(s.by, static_cast<int64_t>(v - zero), channel, s.zero), s.low, s.high);
          zero = s.zero;
          break;
        case Stage::Kind::add:
          v = clamp(add_by(s.add, static_cast<int64_t>(v), static_cast<int64_t>(residual), zero, residual_zero, s.zero), s.low, s.high);
          zero = s.zero;
          break;
        case Stage::Kind::table: {
          const double at = v - s.low;
          v = at >= 0 && at < static_cast<double>(table.size()) ? table[static_cast<size_t>(at)] : 0;
          break;
        }
        case Stage::Kind::clamp:
          v = clamp(v, s.low, s.high);
          break;
      }
    }
    return v;
  }
};

/** What stored bytes or sums a convolution gives. */
enum class Result { i8, u8, i32 };

/**
 * An epilogue as float formulas that a proof found equal to it (src/codegen/wasm/proof.ts): rne(f32(acc + shift) * scale +
 * offset) + zero, the offset with the sign of the product where `away`; then, perhaps, the same for a residual.
 */
struct Formula {
  bool away = false;
  int zero = 0, low = 0, high = 0;
  /** Per channel; channels that are not `proved` go through the epilogue itself. */
  std::vector<uint8_t> proved;
  std::vector<int32_t> shift;
  std::vector<float> scale, offset;
  /** The formula in doubles, without a shift; empty unless every channel has one. */
  std::vector<double> wide_scale, wide_offset;

  bool add = false, add_proved = false, residual_signed = false;
  float a = 0, b = 0, c = 0, add_away = 0;
  int add_zero = 0, add_low = 0, add_high = 0;
};

/** A sum of two bytes by the rule itself, out of a table of terms for each operand. */
struct ByteSum {
  Addition by;
  double x[256], y[256];
  double power = 1, zero = 0, low = 0, high = 0;

  /** The stored value for x counted from the lowest one, and a byte of y. */
  int at(uint8_t from_lowest, uint8_t byte) const {
    return static_cast<int>(clamp(add_terms(by, x[from_lowest] + y[byte], power, zero), low, high));
  }
};

/**
 * Weights minus their zero points. Copies share them, and the last to let go frees them: they take twice the bytes of what
 * kernels pack out of them, and fresh memory is dear while a program loads.
 */
class Weights {
 public:
  void resize(size_t n) {
    values_ = std::make_shared_for_overwrite<int16_t[]>(n);
    size_ = n;
  }
  void release() {
    values_.reset();
    size_ = 0;
  }
  size_t size() const { return size_; }
  const int16_t* data() const { return values_.get(); }
  int16_t* data() { return values_.get(); }
  const int16_t* begin() const { return data(); }
  const int16_t* end() const { return data() + size_; }
  int16_t* begin() { return data(); }
  int16_t* end() { return data() + size_; }
  const int16_t& operator[](size_t i) const { return values_[i]; }
  int16_t& operator[](size_t i) { return values_[i]; }

 private:
  std::shared_ptr<int16_t[]> values_;
  size_t size_ = 0;
};

/** A convolution of 8-bit x [n, h, w, c] with weights [o, kh, kw, i] minus their zero points. */
struct Conv {
  // Out of line, so that they are compiled for the baseline (see finish.cc).
  Conv();
  Conv(const Conv&);
  ~Conv();
  int64_t n = 0, h = 0, w = 0, c = 0, oh = 0, ow = 0, o = 0, kh = 0, kw = 0, i = 0;
  int64_t sy = 1, sx = 1, top = 0, left = 0, bottom = 0, right = 0, dy = 1, dx = 1;
  bool x_signed = false;
  int x_zero = 0;
  Weights weights;
  std::vector<int32_t> bias;
  Result result = Result::i8;
  Epilogue epilogue;
  /** No formula: sums are stored as they are, or each goes through the epilogue. */
  bool has_formula = false;
  Formula formula;
  /** Entries of a table stage, which then is the last one, by byte. */
  std::vector<uint8_t> table;

  int64_t groups() const { return c / i; }
  int64_t taps() const { return kh * kw * i; }
};

/** A convolution with its weights packed for a target. */
class ConvKernel {
 public:
  ConvKernel();
  virtual ~ConvKernel();
  /**
   * Computes one share of the results. `residual` is null unless the formula adds one. Up to 256 bytes after x and scratch
   * may be read. Each thread has a `scratch` of its own.
   */
  virtual void run(const uint8_t* x, uint8_t* out, const uint8_t* residual, uint8_t* scratch, Share share = {}) const = 0;
  std::string name;
  size_t scratch = 0;
};

/** Whether all weights fit a signed byte. */
bool byte_weights(const Conv&);
/** Whether indices of a convolution's image and block fit the 32 bits of the offsets. */
bool tileable(const Conv&);
/** Whether no sum of products reaches `bound` either way, whatever the image is. */
bool sums_below(const Conv&, int64_t bound);
/** Whether a convolution is depthwise with one output per channel, and small enough to be staged. */
bool is_depthwise(const Conv&);

/** The rows of the kernel table: a kernel, or null if it cannot compute this convolution. */
std::unique_ptr<ConvKernel> conv_avx2(const Conv&);
std::unique_ptr<ConvKernel> conv_avxvnni(const Conv&);
/** conv_avxvnni in the encoding of AVX-512. */
std::unique_ptr<ConvKernel> conv_evexvnni(const Conv&);
std::unique_ptr<ConvKernel> conv_avx512vnni(const Conv&);
std::unique_ptr<ConvKernel> conv_neon(const Conv&);
std::unique_ptr<ConvKernel> conv_neondot(const Conv&);
std::unique_ptr<ConvKernel> dwconv_neon(const Conv&);
std::unique_ptr<ConvKernel> dwconv_avx2(const Conv&);
std::unique_ptr<ConvKernel> dwconv_avx512vnni(const Conv&);

/** The fastest kernel that an instruction set has for a convolution; null if it has none. */
std::unique_ptr<ConvKernel> conv_kernel(const Conv&, Isa);

}  // namespace qjit
