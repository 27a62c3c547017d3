#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace pj {

/// The bytes that a file of data may have, unpacked: 2 GiB.
constexpr std::int64_t most_data_bytes = std::int64_t{1} << 31;

/// The whole content of a file; gzip is unpacked. Throws `InputError` where that is damaged or larger than `limit`.
std::string read_data(const std::string& path, std::int64_t limit = most_data_bytes);

/// Bytes that begin as gzip does, unpacked; others as they are. `file` names the source in errors.
std::string unpacked_gzip(std::string bytes, const std::string& file, std::int64_t limit = most_data_bytes);

/// Whole numbers as they lie in memory: `bytes.at` must be inside.
std::uint32_t big_endian_32(std::string_view bytes, std::size_t at);
std::uint32_t little_endian_32(std::string_view bytes, std::size_t at);
std::uint16_t little_endian_16(std::string_view bytes, std::size_t at);

}  // namespace pj
