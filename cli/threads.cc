#include "cli/threads.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <thread>

#include "sim/net/virtual_run.h"

namespace earshot {

unsigned ThreadsOfMachine() {
  return std::clamp(std::thread::hardware_concurrency(), 1U, kVirtualThreadsMax);
}

Result<unsigned> ThreadsFor(std::optional<std::uint32_t> asked, unsigned otherwise) {
  if (asked.has_value()) return *asked;
  const char* const given = std::getenv("EARSHOT_THREADS");
  if (given == nullptr || *given == '\0') return otherwise;
  unsigned threads = 0;
  const std::string_view text = given;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (error != std::errc() || end != text.data() + text.size() || threads < 1 ||
      threads > kVirtualThreadsMax) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("EARSHOT_THREADS is \"{}\"; write 1 to {}", text, kVirtualThreadsMax));
  }
  return threads;
}

}  // namespace earshot
