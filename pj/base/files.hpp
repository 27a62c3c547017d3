#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pj {

/// The whole content of a regular file of at most `limit` bytes.
/// Throws `InputError` where it is missing, a directory, empty, unreadable or larger.
std::string read_file(const std::string& path, std::int64_t limit);

/// Writes a file whole or not at all: to a neighbour of its own first, which then takes the name. Of several writers
/// at a time, one is the last.
/// Throws `InputError` where the folder is missing, not writable, or the disk is full.
void write_file(const std::string& path, std::string_view content);

/// Throws what `write_file` would throw, as far as that can be known before long work; writes nothing.
void check_can_write(const std::string& path);

}  // namespace pj
