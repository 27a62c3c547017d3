#pragma once

#include <string>
#include <string_view>

#include "pj/network/network.hpp"

namespace pj {

/// The tensor in bytes of NumPy's format (.npy, versions 1 to 3): bool, whole numbers and floats of 16 to 64 bits in
/// either byte order, row- or column-major. Throws `InputError` for anything else; `file` names the source.
Constant parse_npy(std::string_view bytes, const std::string& file);

/// The tensor as bytes of version 1. Formats that NumPy does not have (bfloat16, float8, 4-bit) are written as float32
/// or int8, which hold their numbers.
std::string npy_bytes(const Constant& tensor);

}  // namespace pj
