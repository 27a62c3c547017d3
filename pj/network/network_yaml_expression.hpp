#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "pj/base/error.hpp"

namespace pj {

/// What the names in a network file stand for: parameters, a block's arguments, loop counters, C, H and W.
using Numbers = std::map<std::string, std::int64_t, std::less<>>;

/// The value of whole numbers and names joined by `+ - * /` and brackets; `/` rounds down.
/// Throws `InputError` at `position` that names `what`.
std::int64_t evaluate(std::string_view text, const Numbers& numbers, const Position& position, std::string_view what);

/// `text` with each `{expression}` replaced by its value, and each `{expression:a}` by its letter (1 is a).
std::string interpolate(std::string_view text, const Numbers& numbers, const Position& position);

/// True for a letter or `_` that letters, digits and `_` follow.
bool is_identifier(std::string_view text);

}  // namespace pj
