// core/domain/declaration.h: what was declared for a device. Site and licence are judged apart.
#ifndef EARSHOT_CORE_DOMAIN_DECLARATION_H_
#define EARSHOT_CORE_DOMAIN_DECLARATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/quantity.h"
#include "core/base/time.h"
#include "core/domain/ids.h"
#include "core/geo/country_code.h"
#include "core/geo/position.h"

namespace earshot {

// The place where the device was declared to stand.
struct Site {
  std::string name;
  Position position;
  Distance radius;  // the device may stand anywhere within it
  WallInstant from;
  WallInstant until;
};

// Where the licence lets the device be.
struct LicenceTerms {
  enum class Kind : std::uint8_t {
    kExcluded,  // anywhere but in `countries`
    kAllowed,   // nowhere but in `countries`
  };
  Kind kind = Kind::kExcluded;
  std::vector<CountryCode> countries;  // sorted, unique
};

struct Declaration {
  DeviceId device;
  std::string owner;
  Site site;
  LicenceTerms licence;
};

}  // namespace earshot

#endif  // EARSHOT_CORE_DOMAIN_DECLARATION_H_
