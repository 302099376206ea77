// Any line as a request on the command socket: of a server that still waits for its landmark list,
// and of one whose rounds are over. One line of JSON answers each, and asking changes nothing.
#include <google/protobuf/struct.pb.h>

#include "core/report/json.h"
#include "server/io/server_commands.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/support/test_folder.h"
#include "tests/support/server_world.h"

namespace earshot::fuzz {
namespace {

// A server that was stopped: it reads a ping to the end and begins none.
struct StoppedServer {
  StoppedServer() {
    world.AddDevice("C-1", world.singapore());
    world.Begin();
    recorder->Watch(world.engine.get());
    world.engine->Stop();
  }
  TestFolder folder;
  ServerWorld world;
  std::unique_ptr<RunRecorder> recorder =
      *RunRecorder::Create(folder.Path("out"), &world.network.clock());
};

void Ask(const std::string& line, ServerEngine* engine, const RunRecorder* recorder) {
  int replies = 0;
  int stops = 0;
  AnswerCommand(line, {engine, recorder, [&stops] { ++stops; }}, [&replies](std::string reply) {
    ++replies;
    EARSHOT_CHECK(reply.find('\n') == std::string::npos);
    google::protobuf::Struct document;
    EARSHOT_CHECK(FromJson(reply, &document).has_value());
  });
  EARSHOT_CHECK(replies == 1);
  EARSHOT_CHECK(stops == 0 || line.find("stop") != std::string::npos);
}

}  // namespace
}  // namespace earshot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace earshot;
  static fuzz::StoppedServer server;
  const std::string line(reinterpret_cast<const char*>(data),
                         size < kCommandBytesMax ? size : kCommandBytesMax);
  fuzz::Ask(line, nullptr, nullptr);
  fuzz::Ask(line, server.world.engine.get(), server.recorder.get());
  return 0;
}
