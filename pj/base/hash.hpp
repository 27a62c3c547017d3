#pragma once

#include <string>
#include <string_view>

namespace pj {

/// FNV-1a (Fowler, Noll, Vo), 64 bits, as 16 hexadecimal digits: a name for a text, no protection against forgers.
std::string hash_of(std::string_view text);

}  // namespace pj
