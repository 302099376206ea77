// tests/support/quantities.h: quantities as tests write them.
#ifndef EARSHOT_TESTS_SUPPORT_QUANTITIES_H_
#define EARSHOT_TESTS_SUPPORT_QUANTITIES_H_

#include <cmath>
#include <cstdint>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/geo/position.h"

namespace earshot {

inline Position At(double latitude_deg, double longitude_deg) {
  return Position::FromDegrees(latitude_deg, longitude_deg).value();
}
inline Distance Km(double km) { return Distance::Kilometres(km); }
inline Rtt Ms(double ms) {
  return Rtt::FromDuration(Duration(static_cast<std::int64_t>(std::llround(ms * 1e6))));
}
inline DeviceId NumberedDevice(std::uint8_t number) {
  Bytes32 id{};
  id[0] = number;
  return DeviceId(id);
}

}  // namespace earshot

#endif  // EARSHOT_TESTS_SUPPORT_QUANTITIES_H_
