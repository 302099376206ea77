// core/geo/country_code.h: ISO 3166-1 alpha-2 codes as a type.
#ifndef EARSHOT_CORE_GEO_COUNTRY_CODE_H_
#define EARSHOT_CORE_GEO_COUNTRY_CODE_H_

#include <array>
#include <compare>
#include <string>

namespace earshot {

// Two upper-case letters. Made by ParseCountryCode (country_zones.h), which knows which exist;
// Unchecked() is for tables and tests. Ordered by letters. Regular type.
class CountryCode {
 public:
  CountryCode() = default;
  static constexpr CountryCode Unchecked(char first, char second) {
    return CountryCode(first, second);
  }
  std::string text() const { return std::string(letters_.data(), letters_.size()); }

  friend auto operator<=>(const CountryCode&, const CountryCode&) = default;

 private:
  constexpr CountryCode(char first, char second) : letters_{first, second} {}
  std::array<char, 2> letters_ = {'?', '?'};
};

}  // namespace earshot

#endif  // EARSHOT_CORE_GEO_COUNTRY_CODE_H_
