#include "core/base/result.h"

#include "core/base/check.h"

namespace earshot {

std::string_view ErrorCodeName(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument: return "invalid_argument";
    case ErrorCode::kNotFound: return "not_found";
    case ErrorCode::kUnauthenticated: return "unauthenticated";
    case ErrorCode::kExpired: return "expired";
    case ErrorCode::kRevoked: return "revoked";
    case ErrorCode::kResourceLimit: return "resource_limit";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kUnsupported: return "unsupported";
  }
  EARSHOT_CHECK(false);
}

Error Error::WithContext(std::string_view context) && {
  std::string message;
  message.reserve(context.size() + 2 + message_.size());
  message.append(context).append(": ").append(message_);
  return Error(code_, std::move(message));
}

}  // namespace earshot
