#include "core/dataset/default_sites.h"

#include <array>

namespace earshot {
namespace {

struct City {
  const char* id;
  const char* name;
  CountryCode country;
  double latitude;
  double longitude;
};

constexpr CountryCode In(const char (&code)[3]) { return CountryCode::Unchecked(code[0], code[1]); }

constexpr std::array<City, 74> kCities = {{
    {"akl", "Auckland", In("NZ"), -36.85, 174.76},
    {"almaty", "Almaty", In("KZ"), 43.24, 76.89},
    {"ams", "Amsterdam", In("NL"), 52.37, 4.90},
    {"ath", "Athens", In("GR"), 37.98, 23.73},
    {"bkk", "Bangkok", In("TH"), 13.76, 100.50},
    {"blr", "Bengaluru", In("IN"), 12.97, 77.59},
    {"bog", "Bogota", In("CO"), 4.71, -74.07},
    {"bom", "Mumbai", In("IN"), 19.08, 72.88},
    {"bwn", "Bandar Seri Begawan", In("BN"), 4.90, 114.94},
    {"cai", "Cairo", In("EG"), 30.04, 31.24},
    {"cmb", "Colombo", In("LK"), 6.93, 79.85},
    {"cpt", "Cape Town", In("ZA"), -33.92, 18.42},
    {"dac", "Dhaka", In("BD"), 23.81, 90.41},
    {"dad", "Da Nang", In("VN"), 16.05, 108.20},
    {"del", "Delhi", In("IN"), 28.61, 77.21},
    {"dfw", "Dallas", In("US"), 32.78, -96.80},
    {"doh", "Doha", In("QA"), 25.29, 51.53},
    {"dub", "Dublin", In("IE"), 53.35, -6.26},
    {"dxb", "Dubai", In("AE"), 25.20, 55.27},
    {"fra", "Frankfurt", In("DE"), 50.11, 8.68},
    {"gru", "Sao Paulo", In("BR"), -23.55, -46.63},
    {"gum", "Guam", In("GU"), 13.44, 144.79},
    {"han", "Hanoi", In("VN"), 21.03, 105.85},
    {"hel", "Helsinki", In("FI"), 60.17, 24.94},
    {"hkg", "Hong Kong", In("HK"), 22.32, 114.17},
    {"hnl", "Honolulu", In("US"), 21.31, -157.86},
    {"iad", "Ashburn", In("US"), 39.04, -77.49},
    {"icn", "Seoul", In("KR"), 37.57, 126.98},
    {"ist", "Istanbul", In("TR"), 41.01, 28.98},
    {"jed", "Jeddah", In("SA"), 21.49, 39.19},
    {"jhb", "Johor Bahru", In("MY"), 1.49, 103.74},
    {"jkt", "Jakarta", In("ID"), -6.21, 106.85},
    {"jnb", "Johannesburg", In("ZA"), -26.20, 28.05},
    {"khh", "Kaohsiung", In("TW"), 22.63, 120.30},
    {"khi", "Karachi", In("PK"), 24.86, 67.01},
    {"ktm", "Kathmandu", In("NP"), 27.72, 85.32},
    {"kul", "Kuala Lumpur", In("MY"), 3.14, 101.69},
    {"lax", "Los Angeles", In("US"), 34.05, -118.24},
    {"lhr", "London", In("GB"), 51.51, -0.13},
    {"los", "Lagos", In("NG"), 6.52, 3.38},
    {"maa", "Chennai", In("IN"), 13.08, 80.27},
    {"mad", "Madrid", In("ES"), 40.42, -3.70},
    {"mel", "Melbourne", In("AU"), -37.81, 144.96},
    {"mex", "Mexico City", In("MX"), 19.43, -99.13},
    {"mia", "Miami", In("US"), 25.76, -80.19},
    {"mnl", "Manila", In("PH"), 14.60, 120.98},
    {"mrs", "Marseille", In("FR"), 43.30, 5.37},
    {"nbo", "Nairobi", In("KE"), -1.29, 36.82},
    {"nrt", "Tokyo", In("JP"), 35.68, 139.69},
    {"oka", "Naha", In("JP"), 26.21, 127.68},
    {"ord", "Chicago", In("US"), 41.88, -87.63},
    {"osa", "Osaka", In("JP"), 34.69, 135.50},
    {"osl", "Oslo", In("NO"), 59.91, 10.75},
    {"par", "Paris", In("FR"), 48.86, 2.35},
    {"per", "Perth", In("AU"), -31.95, 115.86},
    {"pnh", "Phnom Penh", In("KH"), 11.56, 104.92},
    {"pus", "Busan", In("KR"), 35.18, 129.08},
    {"ruh", "Riyadh", In("SA"), 24.71, 46.68},
    {"scl", "Santiago", In("CL"), -33.45, -70.67},
    {"sea", "Seattle", In("US"), 47.61, -122.33},
    {"sgn", "Ho Chi Minh City", In("VN"), 10.82, 106.63},
    {"sin", "Singapore", In("SG"), 1.29, 103.85},
    {"sjc", "San Jose", In("US"), 37.34, -121.89},
    {"spk", "Sapporo", In("JP"), 43.06, 141.35},
    {"sto", "Stockholm", In("SE"), 59.33, 18.07},
    {"syd", "Sydney", In("AU"), -33.87, 151.21},
    {"tbs", "Tbilisi", In("GE"), 41.72, 44.83},
    {"tlv", "Tel Aviv", In("IL"), 32.09, 34.78},
    {"tpe", "Taipei", In("TW"), 25.03, 121.57},
    {"uln", "Ulaanbaatar", In("MN"), 47.92, 106.92},
    {"vie", "Vienna", In("AT"), 48.21, 16.37},
    {"waw", "Warsaw", In("PL"), 52.23, 21.01},
    {"yyz", "Toronto", In("CA"), 43.65, -79.38},
    {"zrh", "Zurich", In("CH"), 47.38, 8.54},
}};

}  // namespace

std::vector<MeasuredNode> DefaultSites() {
  std::vector<MeasuredNode> sites;
  for (const City& city : kCities) {
    MeasuredNode site;
    site.id = city.id;
    site.name = city.name;
    site.country = city.country;
    site.position = *Position::FromDegrees(city.latitude, city.longitude);
    site.trust_domain = city.id;
    sites.push_back(site);
  }
  return sites;
}

}  // namespace earshot
