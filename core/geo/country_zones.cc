#include "core/geo/country_zones.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <map>

#include "core/base/check.h"
#include "core/base/suggest.h"
#include "core/geo/country_data.h"
#include "core/geo/country_polygons.h"
#include "core/geo/outline_tree.h"

namespace earshot {

using internal::CountryData;
using internal::CountrySet;
using internal::CountryShape;

namespace {

// How far land of a country may lie from its outline here, where that is more than
// kDefaultZoneMargin (core/geo/data/README.md). Rounded up, and for the sphere on which it was
// measured, 0.56 % more.
struct Deviation {
  CountryCode country;
  Distance most;
};
constexpr std::array<Deviation, 4> kDeviations = {{
    {CountryCode::Unchecked('A', 'Q'), Distance::Kilometres(27)},   // its coast
    {CountryCode::Unchecked('I', 'N'), Distance::Kilometres(26)},   // its northern border
    {CountryCode::Unchecked('M', 'A'), Distance::Kilometres(44)},   // its southern border
    {CountryCode::Unchecked('S', 'S'), Distance::Kilometres(121)},  // the Ilemi triangle
}};

// Nothing is farther away.
constexpr Angle kHalfTurn = Angle::Degrees(180);

// Countries that grow by the same distance.
struct Growth {
  Distance reach;
  CountrySet countries;
};

}  // namespace

class CountryZones::Impl {
 public:
  Impl() : Impl(internal::LoadCountryData()) {}

  std::size_t PlaceOf(CountryCode code) const {
    const auto at = std::ranges::lower_bound(codes, code);
    return at != codes.end() && *at == code ? static_cast<std::size_t>(at - codes.begin())
                                            : internal::kCountriesMax;
  }
  CountrySet SetOf(std::span<const CountryCode> wanted) const {
    CountrySet set;
    for (const CountryCode code : wanted) {
      if (const std::size_t place = PlaceOf(code); place < codes.size()) set.set(place);
    }
    return set;
  }
  std::vector<CountryCode> ListOf(const CountrySet& set) const {
    std::vector<CountryCode> list;
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (set.test(i)) list.push_back(codes[i]);
    }
    return list;
  }
  // Every country once, each to grow by `margin` or by what its outline deviates, if that is more.
  std::vector<Growth> GrowthsFor(Distance margin) const {
    std::vector<Growth> growths = {{margin, CountrySet().set()}};
    for (const Deviation& deviation : kDeviations) {
      if (deviation.most <= margin) continue;
      const CountrySet country = SetOf(std::span(&deviation.country, 1));
      growths.front().countries &= ~country;
      growths.push_back({deviation.most, country});
    }
    return growths;
  }
  CountrySet OwnersAt(const UnitVector& point) const {
    CountrySet set;
    for (const std::uint32_t shape : polygons.ShapesAt(point)) set |= shape_owners[shape];
    return set;
  }

  std::vector<CountryCode> codes;                      // sorted
  std::vector<std::string> names;                      // by place in codes
  std::vector<CountrySet> shape_owners;                // by shape
  std::vector<std::vector<std::uint32_t>> arc_shapes;  // the shapes beside each arc
  internal::CountryPolygons polygons;
  internal::OutlineTree outlines;

 private:
  explicit Impl(const CountryData& data)
      : codes(CodesOf(data)),
        names(NamesOf(data)),
        shape_owners(ShapeOwnersOf(data)),
        arc_shapes(ArcShapesOf(data)),
        polygons(data),
        outlines(data, ArcOwners()) {}

  static std::vector<CountryCode> CodesOf(const CountryData& data) {
    std::vector<CountryCode> all;
    for (const CountryShape& shape : data.shapes) {
      all.insert(all.end(), shape.owners.begin(), shape.owners.end());
    }
    std::ranges::sort(all);
    all.erase(std::unique(all.begin(), all.end()), all.end());
    EARSHOT_CHECK(all.size() <= internal::kCountriesMax);
    return all;
  }
  // A country's name is that of its own largest outline; a disputed or shared one names nobody who
  // has another.
  std::vector<std::string> NamesOf(const CountryData& data) const {
    std::vector<std::string> result(codes.size());
    std::vector<std::size_t> sizes(codes.size(), 0);
    for (const CountryShape& shape : data.shapes) {
      std::size_t size = 1;
      for (const auto& ring : shape.rings) size += ring.size();
      if (shape.owners.size() == 1) size += 1'000'000;
      for (const CountryCode owner : shape.owners) {
        const std::size_t place = PlaceOf(owner);
        if (size <= sizes[place]) continue;
        sizes[place] = size;
        result[place] = shape.name;
      }
    }
    return result;
  }
  std::vector<CountrySet> ShapeOwnersOf(const CountryData& data) const {
    std::vector<CountrySet> owners;
    for (const CountryShape& shape : data.shapes) owners.push_back(SetOf(shape.owners));
    return owners;
  }
  static std::vector<std::vector<std::uint32_t>> ArcShapesOf(const CountryData& data) {
    std::vector<std::vector<std::uint32_t>> result(data.arcs.size());
    for (std::uint32_t i = 0; i < data.shapes.size(); ++i) {
      for (const auto& ring : data.shapes[i].rings) {
        for (const std::int32_t reference : ring) {
          const auto arc = static_cast<std::size_t>(reference >= 0 ? reference : ~reference);
          result[arc].push_back(i);
        }
      }
    }
    return result;
  }
  std::vector<CountrySet> ArcOwners() const {
    std::vector<CountrySet> owners(arc_shapes.size());
    for (std::size_t arc = 0; arc < arc_shapes.size(); ++arc) {
      for (const std::uint32_t shape : arc_shapes[arc]) owners[arc] |= shape_owners[shape];
    }
    return owners;
  }
};

namespace {

// Points of the region, one or more in each of its connected pieces.
std::vector<UnitVector> PointsOfEachPiece(const DepthRegion& region) {
  std::vector<UnitVector> points;
  points.reserve(region.boundary().size() + 1);
  if (region.witness().has_value()) points.push_back(*region.witness());
  for (const BoundaryArc& arc : region.boundary()) points.push_back(arc.midpoint);
  return points;
}

std::string Upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return upper;
}

// What someone who wrote `text` probably meant, as the end of a sentence.
std::string ProbablyMeant(std::string_view text) {
  // Two habits that ISO 3166 reserves and does not use.
  static const std::map<std::string, std::string, std::less<>> kHabits = {{"UK", "GB"},
                                                                          {"EL", "GR"}};
  const CountryZones& zones = CountryZones::Default();
  const std::string upper = Upper(text);
  const auto habit = kHabits.find(upper);
  std::vector<std::string> names;
  for (const CountryCode code : zones.countries()) {
    const std::string name(zones.NameOf(code));
    if (code.text() == upper || Upper(name) == upper ||
        (habit != kHabits.end() && code.text() == habit->second)) {
      return fmt::format("; did you mean \"{}\" ({})?", code.text(), name);
    }
    names.push_back(name);
  }
  return DidYouMean(text, names);
}

}  // namespace

CountryZones::CountryZones() : impl_(std::make_unique<const Impl>()) {}
CountryZones::~CountryZones() = default;

const CountryZones& CountryZones::Default() {
  static const CountryZones zones;
  return zones;
}

std::span<const CountryCode> CountryZones::countries() const { return impl_->codes; }

std::string_view CountryZones::NameOf(CountryCode code) const {
  const std::size_t place = impl_->PlaceOf(code);
  return place < impl_->names.size() ? std::string_view(impl_->names[place]) : std::string_view();
}

std::vector<CountryCode> CountryZones::CountriesAt(Position position) const {
  return impl_->ListOf(impl_->OwnersAt(UnitVector(position)));
}

Distance CountryZones::DistanceToCountry(Position position, CountryCode code) const {
  const std::size_t place = impl_->PlaceOf(code);
  if (place >= impl_->codes.size()) {
    return Distance::Metres(std::numeric_limits<double>::infinity());
  }
  const UnitVector point(position);
  if (impl_->OwnersAt(point).test(place)) return Distance();
  CountrySet country;
  country.set(place);
  return kPolarRadius * impl_->outlines.AngleToOutline(point, country, kHalfTurn).radians();
}

Distance CountryZones::DistanceToNearest(Position position, std::span<const CountryCode> countries,
                                         Distance margin) const {
  const CountrySet wanted = impl_->SetOf(countries);
  const UnitVector point(position);
  if ((impl_->OwnersAt(point) & wanted).any()) return Distance();
  Distance nearest = Distance::Metres(std::numeric_limits<double>::infinity());
  for (const Growth& growth : impl_->GrowthsFor(margin)) {
    const CountrySet among = growth.countries & wanted;
    if (among.none()) continue;
    // Farther than this the country would not be the nearest.
    const Angle at_most =
        std::min(kHalfTurn, Angle::Radians((nearest + growth.reach).metres() / kPolarRadius.metres()));
    const Angle angle = impl_->outlines.AngleToOutline(point, among, at_most);
    if (!(angle < at_most)) continue;
    nearest = std::min(nearest,
                       std::max(kPolarRadius * angle.radians() - growth.reach, Distance()));
  }
  return nearest;
}

// If the grown region meets a country, then either it meets the country's outline, or one of its
// connected pieces lies wholly inside the country; such a piece contains a piece of the region
// itself, and with it all boundary of that piece.
std::vector<CountryCode> CountryZones::CountriesTouchedBy(const DepthRegion& region,
                                                          Distance margin) const {
  CountrySet touched;
  for (const Growth& growth : impl_->GrowthsFor(margin)) {
    touched |= impl_->outlines.OwnersNear(region, growth.reach, growth.countries);
  }
  for (const UnitVector& point : PointsOfEachPiece(region)) touched |= impl_->OwnersAt(point);
  return impl_->ListOf(touched);
}

// If no outline with other land or sea on its far side comes near the region, then each connected
// piece of it lies wholly on one side of all of them, and a point of it tells which. A border grows
// by the most of what the countries beside it do.
bool CountryZones::RegionInsideCountries(const DepthRegion& region,
                                         std::span<const CountryCode> countries,
                                         Distance margin) const {
  if (region.IsEmpty() || region.IsEverything()) return false;
  const CountrySet allowed = impl_->SetOf(countries);
  const auto is_allowed = [&](std::uint32_t shape) {
    return (impl_->shape_owners[shape] & ~allowed).none();
  };
  for (const UnitVector& point : PointsOfEachPiece(region)) {
    const std::vector<std::uint32_t> shapes = impl_->polygons.ShapesAt(point);
    if (shapes.empty() || !std::ranges::all_of(shapes, is_allowed)) return false;
  }
  const auto ends_allowed_land = [&](std::uint32_t arc) {
    const std::vector<std::uint32_t>& beside = impl_->arc_shapes[arc];
    return beside.size() < 2 || !std::ranges::all_of(beside, is_allowed);
  };
  return std::ranges::none_of(impl_->GrowthsFor(margin), [&](const Growth& growth) {
    return impl_->outlines.AnyNear(region, growth.reach, growth.countries, ends_allowed_land);
  });
}

Result<CountryCode> ParseCountryCode(std::string_view text) {
  const CountryZones& zones = CountryZones::Default();
  if (text.size() == 2) {
    const CountryCode code = CountryCode::Unchecked(text[0], text[1]);
    if (std::ranges::binary_search(zones.countries(), code)) return code;
  }
  return Fail(ErrorCode::kNotFound,
              fmt::format("\"{}\" is not an ISO 3166-1 alpha-2 code of a country on the map{}",
                          text, ProbablyMeant(text)));
}

}  // namespace earshot
