#include "sim/live/watch.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

namespace earshot {
namespace {

// Reads and forgets what waits in `fd`; true when there was something.
bool Drain(int fd) {
  alignas(16) std::array<char, 4096> buffer;
  bool any = false;
  while (read(fd, buffer.data(), buffer.size()) > 0) any = true;
  return any;
}

}  // namespace

Result<std::unique_ptr<Watch>> Watch::Create(const std::string& folder) {
  std::unique_ptr<Watch> watch(new Watch());
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, &watch->old_mask_);
  watch->signals_ = UniqueFd(signalfd(-1, &stop, SFD_NONBLOCK | SFD_CLOEXEC));
  watch->folder_ = UniqueFd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!watch->signals_.valid() || !watch->folder_.valid() ||
      inotify_add_watch(watch->folder_.get(), folder.c_str(),
                        IN_MOVED_TO | IN_CREATE | IN_CLOSE_WRITE) < 0) {
    return tl::unexpected<Error>(ErrnoError(errno, "watch " + folder));
  }
  return watch;
}

Watch::~Watch() { pthread_sigmask(SIG_SETMASK, &old_mask_, nullptr); }

void Watch::Wait(std::span<const int> descriptors, Duration patience) {
  std::vector<pollfd> waiting = {{folder_.get(), POLLIN, 0}, {signals_.get(), POLLIN, 0}};
  for (const int fd : descriptors) waiting.push_back({fd, POLLIN, 0});
  const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(patience).count();
  poll(waiting.data(), waiting.size(),
       static_cast<int>(std::clamp<std::int64_t>(milliseconds, 0, 60'000)));
  Drain(folder_.get());
  if (Drain(signals_.get())) interrupted_ = true;
}

}  // namespace earshot
