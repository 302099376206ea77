// earshot ping against a server that says what the test wants it to say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <sstream>
#include <thread>

#include "cli/commands.h"
#include "core/os/files.h"
#include "core/report/json.h"
#include "earshot/v1/report.pb.h"
#include "tests/support/test_folder.h"

namespace earshot {
namespace {

using testing::HasSubstr;

// Answers the first line of one connection with `reply`, or with nothing and a closed connection.
class FakeServer {
 public:
  FakeServer(const std::string& path, std::string reply) : reply_(std::move(reply)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    listening_ = UniqueFd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    bound_ = bind(listening_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0 &&
             listen(listening_.get(), 1) == 0;
    thread_ = std::thread([this] { Serve(); });
  }
  ~FakeServer() { Join(); }
  bool bound() const { return bound_; }
  // What was asked; waits for the connection to end.
  const std::string& request() {
    Join();
    return request_;
  }

 private:
  void Serve() {
    const UniqueFd peer(accept(listening_.get(), nullptr, nullptr));
    std::array<char, 512> buffer{};
    const ssize_t size = recv(peer.get(), buffer.data(), buffer.size(), 0);
    request_.assign(buffer.data(), static_cast<std::size_t>(size > 0 ? size : 0));
    if (!reply_.empty()) send(peer.get(), reply_.data(), reply_.size(), MSG_NOSIGNAL);
  }
  void Join() {
    if (thread_.joinable()) thread_.join();
  }

  std::string reply_;
  std::string request_;
  UniqueFd listening_;
  bool bound_ = false;
  std::thread thread_;
};

class PingCommandTest : public testing::Test {
 protected:

  ExitCode Ask(const std::string& reply, bool json = false) {
    FakeServer server(folder_ + "/socket", reply);
    EXPECT_TRUE(server.bound());
    const ExitCode code = Execute(
        PingCommand{.device = "C-0042", .server = folder_ + "/socket", .count = 3, .json = json}, console_);
    EXPECT_EQ(server.request(), "ping C-0042 3\n");
    return code;
  }

  const TestFolder scratch_;
  const std::string folder_ = scratch_.path();
  std::ostringstream out_;
  std::ostringstream err_;
  Console console_{out_, err_, false};
};

std::string Reply(std::string_view verdict, bool flagged) {
  v1::PingReport report;
  report.set_device("C-0042");
  report.mutable_appraisal()->set_verdict(std::string(verdict));
  report.mutable_appraisal()->set_flagged(flagged);
  report.mutable_appraisal()->set_sentence("It answered.");
  v1::ReportBound* bound = report.add_landmarks();
  bound->set_landmark("hkg-1");
  bound->set_rtt_min_us(8'900);
  std::string json = *ToJson(report);
  std::erase(json, '\n');
  return json + "\n";
}

TEST_F(PingCommandTest, FlaggedDeviceEndsWithOneAndItsSentence) {
  EXPECT_EQ(Ask(Reply("CONTRADICTED", true)), ExitCode::kFlagged);
  EXPECT_THAT(out_.str(), HasSubstr("[!] CONTRADICTED  It answered."));
  EXPECT_THAT(out_.str(), HasSubstr("hkg-1"));
}

TEST_F(PingCommandTest, VerifiedDeviceEndsWithZero) {
  EXPECT_EQ(Ask(Reply("VERIFIED", false)), ExitCode::kRan);
}

TEST_F(PingCommandTest, TooFewAnswersEndWithFour) {
  EXPECT_EQ(Ask(Reply("INDETERMINATE", false)), ExitCode::kInconclusive);
}

TEST_F(PingCommandTest, JsonIsTheDocumentAndNothingElse) {
  EXPECT_EQ(Ask(Reply("VERIFIED", false), true), ExitCode::kRan);
  v1::PingReport report;
  EXPECT_TRUE(FromJson(out_.str(), &report)) << out_.str();
  EXPECT_EQ(report.device(), "C-0042");
}

TEST_F(PingCommandTest, LandmarkThatDidNotAnswerThisTimeIsMarkedWithTheAgeOfItsBound) {
  v1::PingReport report;
  report.set_device("C-0042");
  report.mutable_appraisal()->set_verdict("VERIFIED");
  report.set_pings_sent(10);
  report.set_pings_answered(5);
  for (const char* landmark : {"hkg-1", "tyo-1"}) {
    v1::ReportBound* bound = report.add_landmarks();
    bound->set_landmark(landmark);
    bound->set_pings_sent(5);
    bound->set_vacuum_km(1339);
  }
  report.mutable_landmarks(0)->set_pings_answered(5);
  report.mutable_landmarks(1)->set_carried_age_s(12.4);
  report.add_unheard("tyo-1");
  std::string json = *ToJson(report);
  std::erase(json, '\n');
  EXPECT_EQ(Ask(json + "\n"), ExitCode::kRan);
  EXPECT_THAT(out_.str(), testing::ContainsRegex("tyo-1 [^\n]*\\[12 s old\\]"));
  EXPECT_THAT(out_.str(), testing::Not(testing::ContainsRegex("hkg-1 [^\n]*old")));
  EXPECT_THAT(out_.str(), HasSubstr("[old]: no answer, or not asked, this time."));
  EXPECT_THAT(out_.str(), HasSubstr("10 pings sent, 5 answered\nno answer this time to tyo-1\n"));
}

TEST_F(PingCommandTest, UnknownDeviceIsAUsageErrorInTheServersWords) {
  EXPECT_EQ(Ask("{\"error\":{\"code\":\"not_found\",\"message\":\"no device C-0042\"}}\n"),
            ExitCode::kUsage);
  EXPECT_EQ(err_.str(), "earshot: no device C-0042\n");
  EXPECT_EQ(out_.str(), "");
}

TEST_F(PingCommandTest, ServerThatIsBusyClosesOrBabblesIsAFailure) {
  EXPECT_EQ(Ask("{\"error\":{\"code\":\"resource_limit\",\"message\":\"16 pings at once\"}}\n"),
            ExitCode::kFailed);
  std::filesystem::remove(folder_ + "/socket");
  EXPECT_EQ(Ask(""), ExitCode::kFailed);
  std::filesystem::remove(folder_ + "/socket");
  EXPECT_EQ(Ask("hello\n"), ExitCode::kFailed);
}

TEST_F(PingCommandTest, NoServerNamesTheSocket) {
  EXPECT_NE(Execute(PingCommand{.device = "C", .server = folder_ + "/none"}, console_), ExitCode::kRan);
  EXPECT_THAT(err_.str(), HasSubstr(folder_ + "/none"));
}

TEST_F(PingCommandTest, SecondCommandCannotBeSmuggledIn) {
  EXPECT_EQ(Execute(PingCommand{.device = "C\nstop", .server = folder_ + "/none"}, console_),
            ExitCode::kUsage);
}

}  // namespace
}  // namespace earshot
