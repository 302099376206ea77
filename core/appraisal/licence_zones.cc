#include "core/appraisal/licence_zones.h"

#include <algorithm>
#include <iterator>

namespace earshot {
namespace {

constexpr CountryCode kChina = CountryCode::Unchecked('C', 'N');
constexpr CountryCode kHongKong = CountryCode::Unchecked('H', 'K');
constexpr CountryCode kMacao = CountryCode::Unchecked('M', 'O');

void SortUnique(std::vector<CountryCode>& countries) {
  std::sort(countries.begin(), countries.end());
  countries.erase(std::unique(countries.begin(), countries.end()), countries.end());
}

}  // namespace

std::vector<CountryCode> CountriesNamedBy(const LicenceTerms& licence, const Policy& policy) {
  std::vector<CountryCode> countries = licence.countries;
  SortUnique(countries);
  if (policy.china_includes_hong_kong_and_macao && std::ranges::binary_search(countries, kChina)) {
    countries.push_back(kHongKong);
    countries.push_back(kMacao);
    SortUnique(countries);
  }
  return countries;
}

std::vector<CountryCode> ForbiddenCountries(const LicenceTerms& licence, const Policy& policy,
                                            const CountryMap& map) {
  std::vector<CountryCode> named = CountriesNamedBy(licence, policy);
  if (licence.kind == LicenceTerms::Kind::kExcluded) return named;
  std::vector<CountryCode> others;
  std::ranges::set_difference(map.Countries(), named, std::back_inserter(others));
  return others;
}

std::vector<std::vector<CountryCode>> ZonesToTell(const LicenceTerms& licence, const Policy& policy,
                                                  const CountryMap& map) {
  const std::vector<CountryCode> forbidden = ForbiddenCountries(licence, policy, map);
  if (licence.kind == LicenceTerms::Kind::kAllowed) return {forbidden};
  std::vector<std::vector<CountryCode>> zones;
  for (const CountryCode country : forbidden) zones.push_back({country});
  return zones;
}

bool AllOnMap(std::span<const CountryCode> countries, const CountryMap& map) {
  return std::ranges::includes(map.Countries(), countries);
}

}  // namespace earshot
