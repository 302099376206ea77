// tests/core/protocol/vector_session.h: the session whose every byte stands in docs/PROTOCOL.md.
#ifndef EARSHOT_TESTS_CORE_PROTOCOL_VECTOR_SESSION_H_
#define EARSHOT_TESTS_CORE_PROTOCOL_VECTOR_SESSION_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace earshot::protocol_test {

using VectorMap = std::map<std::string, Bytes, std::less<>>;
// Name and value, in the order of the document.
using VectorList = std::vector<std::pair<std::string, Bytes>>;

// What is drawn at random or chosen; all else follows. Each is SHA-256("earshot vector NAME").
inline constexpr std::string_view kVectorInputs[] = {"root_private",
                                                     "landmark_private",
                                                     "landmark_sealing_private",
                                                     "device_private",
                                                     "agent_ephemeral_private",
                                                     "agent_nonce",
                                                     "landmark_ephemeral_private",
                                                     "landmark_nonce",
                                                     "x_10",
                                                     "commitment_salt"};
// What the resumed session draws beside those, for its second round and for the third, which the
// second RECEIPT opens.
inline constexpr std::string_view kResumptionInputs[] = {
    "x_10_of_round_2", "commitment_salt_of_round_2", "x_10_of_round_3",
    "commitment_salt_of_round_3"};
Bytes DefaultVectorInput(std::string_view name);

// Runs the session with the production code: both machines, one lost ping (4), one that arrives
// after its successor (7 after 8). `inputs` holds every name of kVectorInputs.
VectorList RunVectorSession(const VectorMap& inputs);

// The same with an agent that offers resumption, for two rounds; ping 4 of each is lost. Only what
// differs from the session above or follows from it in a new way. `inputs` holds every name of
// kVectorInputs and kResumptionInputs.
VectorList RunResumedVectorSession(const VectorMap& inputs);

inline constexpr std::string_view kVectorFence = "```vectors\n";
inline constexpr std::string_view kResumptionFence = "```resumption-vectors\n";
// The block between `fence` and "```" of the document, and back.
Result<VectorMap> ParseVectors(std::string_view document, std::string_view fence);
std::string VectorBlock(const VectorList& vectors);
Result<std::string> ReplaceVectorBlock(std::string_view document, std::string_view fence,
                                       std::string_view block);

}  // namespace earshot::protocol_test

#endif  // EARSHOT_TESTS_CORE_PROTOCOL_VECTOR_SESSION_H_
