#include <cstddef>
#include <cstdint>
#include <string>

#include "pj/base/error.hpp"
#include "pj/data/bytes.hpp"
#include "pj/data/data_set.hpp"

/// Any bytes are read as CIFAR-10 records, as a table of numbers and as labels, packed or not, or refused with an
/// `InputError`; every sample of what was read can be read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const int kind : {0, 1, 2}) {
    try {
      const std::string unpacked = pj::unpacked_gzip(bytes, "fuzz", 1 << 20);
      if (kind == 2) {
        pj::parse_labels(unpacked, "fuzz");
        continue;
      }
      const pj::DataSet set =
          kind == 0 ? pj::parse_cifar10(unpacked, "fuzz") : pj::parse_number_table(unpacked, "fuzz");
      for (std::size_t i = 0; i < set.size(); ++i) {
        set.sample(i);
      }
    } catch (const pj::InputError&) {
    }
  }
  return 0;
}
