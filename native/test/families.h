// The tests that rows of the kernel table go through, one for each family of kernels.
#pragma once

#include <functional>
#include <memory>

#include "../kernels/add/add.h"
#include "../kernels/conv/conv.h"
#include "../kernels/plain/plain.h"

namespace qjit::test {

/** What convolutions are like: any, depthwise, or 3x3 of stride 1 on channels that fill vectors. */
enum class Family { any, depthwise, windows };

using MakeKernel = std::function<std::unique_ptr<ConvKernel>(const Conv&)>;

/** `rounds` random convolutions by a row of the table, as far as it takes them, against loops as the meaning has them. */
void test_convolutions(const char* row, Family family, int rounds, const MakeKernel& make);
void test_additions(const char* row, void (*run)(const AddFit&, const uint8_t*, const uint8_t*, uint8_t*, int64_t));
void test_plain(const char* row, const PlainKernels& kernels);

/** The kernels on emulated vectors, for instruction sets that this CPU lacks. */
void emulated_words(int rounds);
void emulated_bytes(int rounds);
void emulated_depthwise(int rounds);
void emulated_windows(int rounds);
void emulated_plain(int rounds);

}  // namespace qjit::test
