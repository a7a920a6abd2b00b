/** NEON: what every 64-bit ARM processor has. */
#include <arm_neon.h>

#include "scanners_of.h"

namespace linemill {
namespace {

struct Block {
  using Needle = uint8x16_t;
  uint8x16_t parts[4];

  static Needle needle(uint8_t byte) { return vdupq_n_u8(byte); }

  static Block load(const uint8_t* at) {
    return {{vld1q_u8(at), vld1q_u8(at + 16), vld1q_u8(at + 32), vld1q_u8(at + 48)}};
  }

  void store(uint8_t* at) const {
    for (int part = 0; part < 4; part++) vst1q_u8(at + 16 * part, parts[part]);
  }

  Block operator|(const Block& other) const {
    return {{vorrq_u8(parts[0], other.parts[0]), vorrq_u8(parts[1], other.parts[1]),
             vorrq_u8(parts[2], other.parts[2]), vorrq_u8(parts[3], other.parts[3])}};
  }

  /** Each argument's bytes are 0 or 255. One bit of each is kept, and neighbours are added up to bytes. */
  static uint64_t mask_of(uint8x16_t first, uint8x16_t second, uint8x16_t third, uint8x16_t fourth) {
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vld1q_u8(weights);
    uint8x16_t low = vpaddq_u8(vandq_u8(first, bits), vandq_u8(second, bits));
    const uint8x16_t high = vpaddq_u8(vandq_u8(third, bits), vandq_u8(fourth, bits));
    low = vpaddq_u8(low, high);
    low = vpaddq_u8(low, low);
    return vgetq_lane_u64(vreinterpretq_u64_u8(low), 0);
  }

  uint64_t equal(Needle needle) const {
    return mask_of(vceqq_u8(parts[0], needle), vceqq_u8(parts[1], needle), vceqq_u8(parts[2], needle),
                   vceqq_u8(parts[3], needle));
  }

  uint64_t above_ascii() const {
    const uint8x16_t limit = vdupq_n_u8(0x80);
    return mask_of(vcgeq_u8(parts[0], limit), vcgeq_u8(parts[1], limit), vcgeq_u8(parts[2], limit),
                   vcgeq_u8(parts[3], limit));
  }

  uint64_t controls() const {
    const uint8x16_t space = vdupq_n_u8(' ');
    return mask_of(vcltq_u8(parts[0], space), vcltq_u8(parts[1], space), vcltq_u8(parts[2], space),
                   vcltq_u8(parts[3], space));
  }

  static uint64_t prefix_xor(uint64_t mask) { return prefix_xor_by_shifts(mask); }

  static void flatten(uint64_t mask, uint32_t base, uint32_t* out) { flatten_unrolled<4>(mask, base, out); }

  static void flatten_few(uint64_t mask, uint32_t base, uint32_t* out) { flatten_unrolled<2>(mask, base, out); }

  static void flatten_ranks(uint64_t bits, uint64_t mask, uint32_t base, uint32_t* out) {
    flatten_ranks_unrolled(bits, mask, base, out);
  }
};

}  // namespace

const Scanners neon_scanners = scanners_of<Block>("neon");

}  // namespace linemill
