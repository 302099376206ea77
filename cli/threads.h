// cli/threads.h: how many threads a command uses.
#ifndef EARSHOT_CLI_THREADS_H_
#define EARSHOT_CLI_THREADS_H_

#include <cstdint>
#include <optional>

#include "core/base/result.h"

namespace earshot {

// As many as the machine has, within kVirtualThreadsMax.
unsigned ThreadsOfMachine();

// As asked, as EARSHOT_THREADS says, or `otherwise`. kInvalidArgument when the environment says
// something else than 1 to kVirtualThreadsMax.
Result<unsigned> ThreadsFor(std::optional<std::uint32_t> asked,
                            unsigned otherwise = ThreadsOfMachine());

}  // namespace earshot

#endif  // EARSHOT_CLI_THREADS_H_
