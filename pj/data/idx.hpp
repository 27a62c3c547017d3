#pragma once

#include <string>
#include <string_view>

#include "pj/network/network.hpp"

namespace pj {

/// True where the bytes begin as an IDX file does.
bool is_idx(std::string_view bytes);

/// The tensor in an IDX file (LeCun, Cortes, Burges: the format of MNIST): a header 00 00 TYPE AXES, the sizes as
/// big-endian 32-bit numbers, the elements big-endian. Throws `InputError`; `file` names the source.
Constant parse_idx(std::string_view bytes, const std::string& file);

}  // namespace pj
