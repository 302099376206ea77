#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "cli/commands.h"
#include "core/base/quantity.h"
#include "core/geo/wgs84.h"
#include "core/os/files.h"
#include "tests/core/dataset/dataset_files.h"

namespace earshot {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct City {
  const char* id;
  const char* country;
  const char* region;
  double latitude;
  double longitude;
};
// Two of them on either side of the antimeridian, one at a pole.
constexpr std::array<City, 11> kCities = {{{"sin", "SG", "SEA", 1.3, 103.8},
                                           {"bkk", "TH", "SEA", 13.7, 100.5},
                                           {"pek", "CN", "CHINA", 39.9, 116.4},
                                           {"icn", "KR", "JPKR", 37.6, 127.0},
                                           {"lon", "GB", "EUROPE", 51.5, -0.1},
                                           {"mad", "ES", "EUROPE", 40.4, -3.7},
                                           {"nyc", "US", "NAMER", 40.7, -74.0},
                                           {"lax", "US", "NAMER", 34.1, -118.2},
                                           {"suv", "FJ", "OCEANIA", -18.1, 178.4},
                                           {"apw", "WS", "OCEANIA", -13.8, -171.8},
                                           {"pol", "AQ", "POLE", -90, 12}}};

class Research : public DatasetFiles {
 protected:
  static std::string Nodes() {
    std::string text = "id,country,region,lat,lon\n";
    for (const City& c : kCities) {
      text += std::string(c.id) + "," + c.country + "," + c.region + "," +
              std::to_string(c.latitude) + "," + std::to_string(c.longitude) + "\n";
    }
    return text;
  }
  // RTTs 1.6 times that of fibre and 2 ms.
  static std::string Rtts() {
    std::string text = "src,dst,min_ms\n";
    for (const City& a : kCities) {
      for (const City& b : kCities) {
        if (&a == &b) continue;
        const Distance away = GeodesicDistance(*Position::FromDegrees(a.latitude, a.longitude),
                                               *Position::FromDegrees(b.latitude, b.longitude));
        const double ms = 2 + 1.6 * RoundTripOver(away, kFibreSpeed).milliseconds();
        text += std::string(a.id) + "," + b.id + "," + std::to_string(ms) + "\n";
      }
    }
    return text;
  }
  EvaluateCommand Evaluation() const {
    EvaluateCommand command;
    command.nodes = Write("nodes.csv", Nodes());
    command.rtts = {Write("rtt.csv", Rtts())};
    command.false_alarm_rate = 0.1;
    command.estimators = "earshot,cbg,nearest-landmarks";
    return command;
  }
  ExitCode Do(const EvaluateCommand& command) { return EvaluateEstimators(command, Fresh()); }
  ExitCode Do(const CalibrateCommand& command) { return Calibrate(command, Fresh()); }
  ExitCode Do(const PlanCommand& command) { return PlanLandmarks(command, Fresh()); }
  ExitCode Do(const BudgetCommand& command) { return PlanAlarmBudget(command, Fresh()); }
  std::string Refusal(const EvaluateCommand& command) {
    EXPECT_EQ(Do(command), ExitCode::kUsage) << out_.str();
    EXPECT_EQ(out_.str(), "");
    return err_.str();
  }
  std::string Refusal(const PlanCommand& command) {
    EXPECT_EQ(Do(command), ExitCode::kUsage) << out_.str();
    EXPECT_EQ(out_.str(), "");
    return err_.str();
  }

  std::ostringstream out_;
  std::ostringstream err_;

 private:
  const Console& Fresh() {
    out_.str("");
    err_.str("");
    return console_;
  }
  Console console_{out_, err_, false};
};

TEST_F(Research, EvaluationPrintsOneFiniteDocumentAndAPicture) {
  EvaluateCommand command = Evaluation();
  command.json = true;
  command.strict = true;
  command.padding = true;
  command.from = "CN";
  command.roc = Write("roc.svg", "");
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("\"earshot\""), HasSubstr("\"strict\""), HasSubstr("\"goals\""),
                    Not(HasSubstr("nan")), Not(HasSubstr("Infinity"))));
  const auto picture = ReadFile(command.roc);
  ASSERT_TRUE(picture.has_value());
  EXPECT_THAT(*picture, HasSubstr("<svg"));
  command.json = false;
  command.strict = false;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("nearest-landmarks"), Not(HasSubstr("strict"))));
}

TEST_F(Research, EvaluationPrintsDistancesAndWhoIsUntoldAndADashWhereThereAreNoCases) {
  EvaluateCommand command = Evaluation();
  command.from = "CN";
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("untold"), HasSubstr("no delay"), HasSubstr("<1500"),
                                HasSubstr("detection from the country")));
  const std::string some = out_.str();
  command.to = "CHINA";  // the only place there is no place abroad
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(Not(HasSubstr("[0-100]")), Not(HasSubstr("from the country"))));
  EXPECT_THAT(some, Not(testing::ContainsRegex("earshot +[0-9]+/11 [^-]*\\] +- ")));
  EXPECT_THAT(out_.str(), testing::ContainsRegex("earshot +[0-9]+/11 .*\\] +- "));
  command.json = true;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("\"from_country_counts\""), Not(HasSubstr("\"from_country\":")),
                                HasSubstr("\"cluster_mean\"")));
}

TEST_F(Research, EvaluationRefusesBadFilesWithTheirLine) {
  EvaluateCommand command = Evaluation();
  command.nodes = Write("bad.csv", Nodes() + "zz,QQ,SEA,1,1\n");
  EXPECT_THAT(Refusal(command), AllOf(HasSubstr("bad.csv:13"), HasSubstr("country")));
  command = Evaluation();
  command.rtts = {Write("negative.csv", Rtts() + "sin,bkk,-3\n")};
  EXPECT_THAT(Refusal(command), HasSubstr("negative.csv:112"));
  command.rtts = {Write("nan.csv", Rtts() + "sin,bkk,nan\n")};
  EXPECT_THAT(Refusal(command), HasSubstr("nan.csv:112"));
  command.rtts = {WriteGzip("cut.csv.gz", Rtts(), 0.6)};
  EXPECT_THAT(Refusal(command), HasSubstr("cut.csv.gz"));
  command.rtts = {Write("none.csv", "src,dst,min_ms\n")};
  EXPECT_THAT(Refusal(command), HasSubstr("0 nodes were measured"));
  command = Evaluation();
  command.from = "UK";
  EXPECT_THAT(Refusal(command), HasSubstr("GB"));
}

TEST_F(Research, NodeFasterThanLightIsNamedAndSetAside) {
  EvaluateCommand command = Evaluation();
  // Says London, answers as if it were in Singapore's next room.
  std::string rtts = Rtts();
  for (const City& c : kCities) {
    const std::string wanted = std::string(c.id) + ",lon,";
    if (std::string_view(c.id) == "lon") continue;
    const std::size_t at = rtts.find(wanted);
    rtts.replace(at, rtts.find('\n', at) - at, wanted + "1");
  }
  command.rtts = {Write("liar.csv", rtts)};
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(err_.str(), HasSubstr("lon"));
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("10 nodes"), HasSubstr("lon"), HasSubstr("CONTRADICTED")));
}

TEST_F(Research, NodesAtOnePlaceAndAMissingRttAreNoObstacle) {
  EvaluateCommand command = Evaluation();
  command.nodes = Write("twins.csv", Nodes() + "twin,SG,SEA,1.3,103.8\n");
  std::string rtts = Rtts() + "twin,sin,0.2\nsin,twin,0.2\ntwin,lon,150\nbkk,twin,40\n";
  rtts += "nyc,twin,\n";
  command.rtts = {Write("twins-rtt.csv", rtts)};
  command.json = true;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("nan")));
}

TEST_F(Research, DevicesThatAreNobodyOrNoneAreRefused) {
  EvaluateCommand command = Evaluation();
  command.false_alarm_rate = 0.2;
  command.devices = Write("devices.txt", "sin\nlon\n");
  EXPECT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("2 hosts under test"));
  command.devices = Write("devices.txt", "sim\n");
  EXPECT_THAT(Refusal(command), HasSubstr("sin"));
  command.devices = Write("devices.txt", "\n");
  EXPECT_THAT(Refusal(command), HasSubstr("no node ids"));
}

TEST_F(Research, ModelIsFittedCheckedAndRefusedWhenItIsNone) {
  CalibrateCommand command;
  command.nodes = Write("nodes.csv", Nodes());
  command.rtts = {Write("rtt.csv", Rtts())};
  command.out = Write("model.textproto", "");
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  std::swap(command.check, command.out);
  command.picture = Write("check.svg", "");
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("fitted on"), HasSubstr("quantiles inside")));
  const auto picture = ReadFile(command.picture);
  ASSERT_TRUE(picture.has_value());
  EXPECT_THAT(*picture, AllOf(HasSubstr("<svg"), Not(HasSubstr("nan"))));
  command.check = Write("model.textproto", "pooled { from_km: 5 to_km: 1 }\n");
  EXPECT_EQ(Do(command), ExitCode::kUsage);
  command.check.clear();
  EXPECT_EQ(Do(command), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), HasSubstr("--check"));
}

TEST_F(Research, PlanProtectsSingaporeAgainstChinaAndSaysWhyNotAgainstMalaysia) {
  PlanCommand command;
  command.protect = "SG";
  command.exclude = "CN";
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("CN, HK, MO"), HasSubstr("sin Singapore, SG"),
                                Not(HasSubstr("CANNOT"))));
  command.exclude = "MY";
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("CANNOT BE RESOLVED"), HasSubstr("0.66 ms")));
  command.json = true;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\"unresolvable\": true"));
}

TEST_F(Research, PlanTakesSitesCostsAndBudgetFromTheUser) {
  PlanCommand command;
  command.protect = "SG";
  command.exclude = "CN";
  command.liars = 0;
  command.sites =
      Write("sites.csv", "id,lat,lon,cost\nharbour,1.29,103.85,25000\ngarden,1.35,103.8,30000\n");
  command.budget = 26000;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(),
              AllOf(HasSubstr("harbour"), HasSubstr("25000"), HasSubstr("2 candidate")));
  command.budget = 100;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("next: harbour"));
  command.sites = Write("sites.csv", "id,lat,lon,cost\nharbour,1.29,103.85,0\n");
  EXPECT_THAT(Refusal(command), HasSubstr("sites.csv:2"));
}

TEST_F(Research, PlanRefusesBudgetsAndCostsThatCannotBeAddedUp) {
  PlanCommand command;
  command.protect = "SG";
  command.exclude = "CN";
  for (const double budget : {std::nan(""), -1.0, std::numeric_limits<double>::infinity()}) {
    command.budget = budget;
    EXPECT_THAT(Refusal(command), AllOf(HasSubstr("--budget"), HasSubstr("0 or more"))) << budget;
  }
  command.budget = 0;
  EXPECT_EQ(Do(command), ExitCode::kRan) << err_.str();
  command.sites = Write("sites.csv", "id,lat,lon,cost\na,1.29,103.85,1e308\nb,1.35,103.8,1e308\n");
  EXPECT_THAT(Refusal(command), AllOf(HasSubstr("sites.csv"), HasSubstr("larger unit")));
  command.sites = Write("sites.csv", "id,lat,lon,cost\na,1.29,103.85,1e307\nb,1.35,103.8,1e307\n");
  EXPECT_EQ(Do(command), ExitCode::kRan) << err_.str();
}

TEST_F(Research, PlanSaysWhenEverySiteMayLie) {
  PlanCommand command;
  command.protect = "SG";
  command.exclude = "CN";
  command.sites = Write("sites.csv", "id,lat,lon\na,1.29,103.85\nb,1.35,103.8\n");
  command.liars = 2;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("No choice of these sites"), HasSubstr("an honest")));
  command.liars = 1;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), Not(HasSubstr("No choice of these sites")));
}

TEST_F(Research, PlanRefusesCountriesThatAreNoneAndAZoneAgainstItself) {
  PlanCommand command;
  command.protect = "Singapur";
  command.exclude = "CN";
  EXPECT_THAT(Refusal(command), HasSubstr("--protect"));
  command.protect = "HK";
  EXPECT_THAT(Refusal(command), HasSubstr("against itself"));
  command.protect = "SG";
  command.exclude = "CN,QQ";
  EXPECT_THAT(Refusal(command), HasSubstr("--exclude"));
}

TEST_F(Research, BudgetGivesTheRatesThatAFleetCanBear) {
  BudgetCommand command;
  command.alarms = 50;
  command.devices = 1'000;
  command.sites = 10;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  // 40 % of 50 alarms over 1,000 devices, once a year.
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("false_alarm_rate: 0.02"),
                                HasSubstr("change_alarm_rate: 0.02"), HasSubstr("enrolment takes"),
                                HasSubstr("can be asked for this rate"), Not(HasSubstr("EXTRAP"))));
  command.json = true;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), HasSubstr("\"policy_field\": \"false_alarm_rate\""));
}

TEST_F(Research, BudgetThatTheCalibratingHostsCannotSayIsRefusedOrLabelled) {
  BudgetCommand command;
  command.alarms = 100;
  command.devices = 1'000'000;
  EXPECT_NE(Do(command), ExitCode::kRan);
  EXPECT_THAT(err_.str(), HasSubstr("calibration units can say none below"));
  EXPECT_EQ(out_.str(), "");
  command.extrapolate = true;
  ASSERT_EQ(Do(command), ExitCode::kRan) << err_.str();
  EXPECT_THAT(out_.str(), AllOf(HasSubstr("EXTRAPOLATION"), HasSubstr("is refused")));
  command.devices = 0;
  EXPECT_EQ(Do(command), ExitCode::kUsage);
}

}  // namespace
}  // namespace earshot
