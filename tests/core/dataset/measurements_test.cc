#include "core/dataset/measurements.h"

#include <gmock/gmock.h>

#include <array>
#include <vector>

#include "core/dataset/default_sites.h"
#include "core/geo/country_zones.h"
#include "tests/core/dataset/dataset_files.h"

namespace earshot {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::string_view kNodes =
    "id,country,region,lat,lon,address\n"
    "pr:7,SG,SEA,1.29,103.85,192.0.2.7 sin.example.net\n"
    "jb,MY,SEA,1.46,103.76,192.0.2.8\n"
    "hkg,HK,HKTW,22.32,114.17,2001:db8::9\n";

class MeasurementFiles : public DatasetFiles {
 protected:
  Result<Measurements> Read(const std::vector<std::string>& rtts) const {
    return ReadMeasurements(Write("nodes.csv", kNodes), rtts);
  }
  // The message of reading one more file, which must fail.
  std::string Refusal(const std::string& rtts) const {
    const auto measured = Read({rtts});
    return measured.has_value() ? "nothing was refused" : measured.error().message();
  }
  std::string NodesRefusal(std::string_view text) const {
    const auto nodes = ReadNodes(Write("bad.csv", text));
    return nodes.has_value() ? "nothing was refused" : nodes.error().message();
  }
};

std::vector<double> Milliseconds(const Measurements& measured) {
  std::vector<double> all;
  for (const MeasuredRtt& rtt : measured.rtts) all.push_back(rtt.rtt.milliseconds());
  return all;
}

TEST_F(MeasurementFiles, ColumnsAreFoundByNameAndMissingOnesAreUnknown) {
  const auto nodes = ReadNodes(Write("n.csv",
                                     "lon,id,note,lat\r\n103.85,a,\"two, \"\"quoted\"\"\",1.29\r\n"
                                     "-179.99,b,,-90\r\n"));
  ASSERT_TRUE(nodes.has_value()) << nodes.error().message();
  ASSERT_THAT(*nodes, SizeIs(2));
  EXPECT_EQ(nodes->at(0).note, "two, \"quoted\"");
  EXPECT_FALSE(nodes->at(0).country.has_value());
  EXPECT_TRUE(nodes->at(0).is_scored);
  EXPECT_EQ(nodes->at(0).position_uncertainty, kUnstatedPositionUncertainty);
  EXPECT_EQ(nodes->at(1).position.latitude_degrees(), -90);
}

TEST_F(MeasurementFiles, MislocatedNodeIsKeptButNotScored) {
  const auto nodes = ReadNodes(
      Write("n.csv", "id,lat,lon,quality,score_ok\na,1,2,mislocated,1\nb,1,2,ok,0\nc,1,2,ok,1\n"));
  ASSERT_TRUE(nodes.has_value()) << nodes.error().message();
  EXPECT_TRUE(nodes->at(0).is_mislocated);
  EXPECT_FALSE(nodes->at(0).is_scored);
  EXPECT_FALSE(nodes->at(1).is_scored);
  EXPECT_TRUE(nodes->at(2).is_scored);
}

TEST_F(MeasurementFiles, NodesThatCannotBeAreRefusedWithTheirLine) {
  EXPECT_THAT(NodesRefusal("id,lat,lon\na,1,2\na,3,4\n"),
              AllOf(HasSubstr("bad.csv:3"), HasSubstr("line 2")));
  EXPECT_THAT(NodesRefusal("id,lat,lon\na,91,2\n"), AllOf(HasSubstr("bad.csv:2"), HasSubstr("91")));
  EXPECT_THAT(NodesRefusal("id,lat,lon\na,nan,2\n"), HasSubstr("bad.csv:2"));
  EXPECT_THAT(NodesRefusal("id,lat,lon,country\na,1,2,UK\n"),
              AllOf(HasSubstr("bad.csv:2"), HasSubstr("GB")));
  EXPECT_THAT(NodesRefusal("id,lat\na,1\n"), AllOf(HasSubstr("bad.csv:1"), HasSubstr("\"lon\"")));
  EXPECT_THAT(NodesRefusal("id,lat,lon\na,1\n"), HasSubstr("bad.csv:2: 2 fields"));
  EXPECT_THAT(NodesRefusal("id,lat,lon\n"), HasSubstr("no nodes"));
  EXPECT_THAT(NodesRefusal(""), HasSubstr("empty"));
  EXPECT_THAT(NodesRefusal("id,lat,lon\n\"a,1,2\n"), HasSubstr("quotation mark"));
}

TEST_F(MeasurementFiles, SitesOfAPlanHaveACostAndADomainOrOneAndTheirOwn) {
  const auto nodes = ReadNodes(
      Write("n.csv", "id,lat,lon,cost,trust_domain\na,1,2,25000,harbour\nb,1,3,,\n"));
  ASSERT_TRUE(nodes.has_value()) << nodes.error().message();
  EXPECT_EQ(nodes->at(0).cost, 25000);
  EXPECT_EQ(nodes->at(0).trust_domain, "harbour");
  EXPECT_EQ(nodes->at(1).cost, 1);
  EXPECT_EQ(nodes->at(1).trust_domain, "b");
  EXPECT_THAT(NodesRefusal("id,lat,lon,cost\na,1,2,1\nb,1,2,-3\n"),
              AllOf(HasSubstr(":3:"), HasSubstr("above 0")));
  EXPECT_THAT(NodesRefusal("id,lat,lon,cost\na,1,2,free\n"), HasSubstr("is not a number"));
}

TEST_F(MeasurementFiles, LeastRttOfAPairCountsAndUnansweredRowsDoNot) {
  const auto measured = Read({Write("r.csv",
                                    "src,dst,n,min_ms,avg_ms\n"
                                    "pr:7,hkg,3,35.5,36\npr:7,hkg,3,34.25,36\npr:7,jb,3,,\n"
                                    "jb,hkg,3,,37\njb,jb,3,0.1,0.1\n")});
  ASSERT_TRUE(measured.has_value()) << measured.error().message();
  EXPECT_THAT(Milliseconds(*measured), ElementsAre(34.25, 37.0));
  EXPECT_EQ(measured->rtts[0].resolution, Duration(0));
  EXPECT_EQ(measured->rtts[1].resolution, std::chrono::milliseconds(1));
}

TEST_F(MeasurementFiles, PairsOfUnknownNodesAreLeftOutAndSaid) {
  const auto measured = Read({Write("r.csv", "src,dst,min_ms\npr:7,hkg,35\nmars,hkg,9\n")});
  ASSERT_TRUE(measured.has_value()) << measured.error().message();
  EXPECT_THAT(measured->rtts, SizeIs(1));
  EXPECT_THAT(measured->remarks, ElementsAre(AllOf(HasSubstr("mars"), HasSubstr("line 3"))));
  EXPECT_THAT(Refusal(Write("r.csv", "src,dst,min_ms\nmars,hkg,9\n")), HasSubstr("none of its 1"));
}

TEST_F(MeasurementFiles, RttsThatCannotBeAreRefusedWithTheirLine) {
  const auto with = [&](std::string_view rtt) {
    return Refusal(Write("r.csv", "src,dst,min_ms\npr:7,hkg,35\njb,hkg," + std::string(rtt) + "\n"));
  };
  EXPECT_THAT(with("-1"), AllOf(HasSubstr("r.csv:3"), HasSubstr("negative")));
  EXPECT_THAT(with("nan"), AllOf(HasSubstr("r.csv:3"), HasSubstr("not a number")));
  EXPECT_THAT(with("1e400"), HasSubstr("r.csv:3"));
  EXPECT_THAT(with("1e30"), AllOf(HasSubstr("r.csv:3"), HasSubstr("hour")));
  EXPECT_EQ(with("35"), "nothing was refused");
}

TEST_F(MeasurementFiles, GzipIsReadAndACutOneIsRefused) {
  std::string text = "src,dst,min_ms\n";
  for (int i = 0; i < 4000; ++i) text += "pr:7,hkg," + std::to_string(35 + i) + ".5\n";
  const auto whole = Read({WriteGzip("r.csv.gz", text)});
  ASSERT_TRUE(whole.has_value()) << whole.error().message();
  EXPECT_THAT(Milliseconds(*whole), ElementsAre(35.5));
  EXPECT_THAT(Refusal(WriteGzip("cut.csv.gz", text, 0.5)),
              AllOf(HasSubstr("cut.csv.gz"), HasSubstr("cut short")));
  EXPECT_THAT(Refusal(Write("bad.gz", "\x1f\x8b\x08 nonsense that is no gzip at all")),
              HasSubstr("damaged"));
}

TEST_F(MeasurementFiles, AtlasResultsAreReadAsListAndAsLines) {
  constexpr std::string_view kOne =
      R"({"type":"ping","prb_id":7,"dst_name":"x","dst_addr":"192.0.2.8","af":4,)"
      R"("result":[{"rtt":2.5},{"x":"*"},{"rtt":1.25},{"error":"refused"}]})";
  const std::string one(kOne);
  for (const std::string& text : {"[" + one + "," + one + "]", one + "\n" + one + "\n"}) {
    const auto measured = Read({Write("atlas.json", text)});
    ASSERT_TRUE(measured.has_value()) << measured.error().message();
    EXPECT_THAT(Milliseconds(*measured), ElementsAre(1.25));
    EXPECT_EQ(measured->nodes[measured->rtts[0].source].id, "pr:7");
    EXPECT_EQ(measured->nodes[measured->rtts[0].target].id, "jb");
  }
}

TEST_F(MeasurementFiles, AtlasResultsOfAnotherKindOrWithANegativeRttAreRefused) {
  EXPECT_THAT(Refusal(Write("a.json", R"([{"type":"traceroute","prb_id":7,"result":[]}])")),
              AllOf(HasSubstr("a.json:1: result 1"), HasSubstr("traceroute")));
  EXPECT_THAT(
      Refusal(Write("a.json", "\n{\"prb_id\":7,\"dst_addr\":\"hkg\",\"result\":[{\"rtt\":-2}]}")),
      AllOf(HasSubstr("a.json:2"), HasSubstr("negative")));
  EXPECT_THAT(Refusal(Write("a.json", "[{\"prb_id\":7,\n\"result\":[{\"rtt\":")),
              AllOf(HasSubstr("a.json:2"), HasSubstr("not JSON")));
  EXPECT_THAT(Refusal(Write("a.json", "{\"a\":1}")), HasSubstr("neither"));
}

TEST_F(MeasurementFiles, AtlasProbeThatIsNoWholeNumberIsRefusedWithItsLine) {
  const auto with = [&](std::string_view probe) {
    return Refusal(Write("a.json", "\n{\"prb_id\":" + std::string(probe) +
                                       ",\"dst_addr\":\"hkg\",\"result\":[{\"rtt\":2}]}"));
  };
  for (const std::string_view probe : {"4.5", "1e300", "\"7\"", "null", "18446744073709551615"}) {
    EXPECT_THAT(with(probe),
                AllOf(HasSubstr("a.json:2"), HasSubstr("whole number"), HasSubstr("RIPE Atlas")))
        << probe;
  }
  EXPECT_EQ(with("7"), "nothing was refused");
}

TEST_F(MeasurementFiles, ByteOrderMarkChangesNothingInAnyForm) {
  const std::string mark = "\xef\xbb\xbf";
  const std::string atlas = R"({"prb_id":7,"dst_addr":"hkg","result":[{"rtt":35}]})";
  const std::string csv = "src,dst,min_ms\npr:7,hkg,35\n";
  const std::string fping = "hkg : 35\n";
  const auto nodes = Write("marked.csv", mark + std::string(kNodes));
  for (const std::string& path : {Write("a.json", mark + atlas), Write("r.csv", mark + csv),
                                  WriteGzip("r.csv.gz", mark + csv),
                                  "pr:7=" + Write("f.txt", mark + fping)}) {
    const auto measured = ReadMeasurements(nodes, std::array{path});
    ASSERT_TRUE(measured.has_value()) << measured.error().message();
    EXPECT_THAT(Milliseconds(*measured), ElementsAre(35));
  }
  // Half a mark is text like any other.
  EXPECT_THAT(Refusal(Write("a.json", mark.substr(1) + atlas)), HasSubstr("a.json:1"));
}

TEST_F(MeasurementFiles, FpingIsReadAsLinesOfJsonAndAsText) {
  const std::string json = Write(
      "f.json",
      R"({"resp": {"host": "192.0.2.8", "seq": 0, "size": 64, "rtt": 1.75}})"
      "\n"
      R"({"timeout": {"host": "192.0.2.8", "seq": 1}})"
      "\n"
      R"({"summary": {"host": "192.0.2.8", "xmt": 2, "rcv": 1, "loss": 50, "rttMin": 1.75}})"
      "\n"
      R"({"vSum": {"host": "2001:db8::9", "values": [36.5, null, 35.5]}})"
      "\n");
  const std::string text = Write("f.txt",
                                 "192.0.2.8 : [0], 64 bytes, 9.9 ms (9.9 avg, 0% loss)\n"
                                 "192.0.2.8   : 2.00 - 1.75\n2001:db8::9 : - 35.50 36.50\n");
  for (const std::string& file : {json, text}) {
    const auto measured = Read({"pr:7=" + file});
    ASSERT_TRUE(measured.has_value()) << measured.error().message();
    EXPECT_THAT(Milliseconds(*measured), ElementsAre(1.75, 35.5));
    EXPECT_THAT(Refusal(file), HasSubstr("SOURCE=FILE"));
  }
}

TEST_F(MeasurementFiles, FpingLineThatHoldsNoObjectIsRefusedAndOneWithoutAnswersIsNot) {
  const auto with = [&](std::string_view line) {
    return Refusal("pr:7=" + Write("f.json", "{\"resp\":{\"host\":\"hkg\",\"rtt\":35}}\n" +
                                                 std::string(line) + "\n"));
  };
  for (const std::string_view line : {R"({"resp":5})", R"({"vSum":[1,2]})", R"({"timeout":null})",
                                      R"({"resp":{"host":"hkg","rtt":36},"summary":"none"})"}) {
    EXPECT_THAT(with(line), AllOf(HasSubstr("f.json:2"), HasSubstr("is not an object")));
  }
  EXPECT_EQ(with(R"({"timeout":{"host":"hkg","seq":1}})"), "nothing was refused");
  EXPECT_EQ(with(R"({"summary":{"host":"hkg","xmt":2,"rcv":0}})"), "nothing was refused");
}

TEST_F(MeasurementFiles, IrttRunIsReadByTheNameThatWasTypedOrByItsAddress) {
  const auto run = [](std::string_view typed) {
    return R"({"version":{},"config":{"remote_address":"192.0.2.8:2112","supplied":{"remote_address":")" +
           std::string(typed) +
           R"("}},"round_trips":[{"seqno":0,"lost":"false","delay":{"receive":1,"rtt":1750000}},)"
           R"({"seqno":1,"lost":"true"}]})";
  };
  const auto by_address = Read({"pr:7=" + Write("i.json", run("gone.example"))});
  ASSERT_TRUE(by_address.has_value()) << by_address.error().message();
  EXPECT_THAT(Milliseconds(*by_address), ElementsAre(1.75));
  EXPECT_EQ(by_address->nodes[by_address->rtts[0].target].id, "jb");
  const auto by_name = Read({"pr:7=" + Write("i.json", run("hkg:2112"))});
  ASSERT_TRUE(by_name.has_value()) << by_name.error().message();
  EXPECT_EQ(by_name->nodes[by_name->rtts[0].target].id, "hkg");
}

TEST_F(MeasurementFiles, FilesOfNoKnownFormAreRefused) {
  EXPECT_THAT(Refusal(Write("x.txt", "hello\nworld\n")), HasSubstr("no column \"src\""));
  EXPECT_THAT(Refusal(Write("x.txt", " : \n")), HasSubstr("fping -C"));
  EXPECT_THAT(Refusal(Write("x.csv", "from,to,ms\n")), HasSubstr("no column \"src\""));
  EXPECT_THAT(Refusal(Write("x.csv", "src,dst,ms\n")), HasSubstr("min_ms"));
  EXPECT_THAT(Refusal("/nonexistent/rtt.csv"), HasSubstr("/nonexistent/rtt.csv"));
}

TEST_F(MeasurementFiles, SeveralFilesAddUp) {
  const auto measured = Read({Write("a.csv", "src,dst,min_ms\npr:7,hkg,35\n"),
                              Write("b.csv", "src,dst,min_ms\npr:7,hkg,34.5\nhkg,jb,36\n")});
  ASSERT_TRUE(measured.has_value()) << measured.error().message();
  EXPECT_THAT(Milliseconds(*measured), ElementsAre(34.5, 36.0));
  EXPECT_THAT(measured->remarks, IsEmpty());
}

TEST(DefaultSites, CitiesAreDistinctAndWhereTheirCountryIs) {
  const std::vector<MeasuredNode> sites = DefaultSites();
  EXPECT_GE(sites.size(), 60U);
  for (std::size_t i = 0; i < sites.size(); ++i) {
    const MeasuredNode& site = sites[i];
    EXPECT_TRUE(i == 0 || sites[i - 1].id < site.id) << site.id;
    ASSERT_TRUE(site.country.has_value());
    EXPECT_LE(CountryZones::Default().DistanceToCountry(site.position, *site.country),
              Distance::Kilometres(10))
        << site.name;
  }
}

}  // namespace
}  // namespace earshot
