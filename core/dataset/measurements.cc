#include "core/dataset/measurements.h"

#include "core/dataset/rtt_collector.h"
#include "core/dataset/text_source.h"

namespace earshot {
namespace {

struct NamedFile {
  std::string source;  // empty: not named
  std::string path;
};

// "SOURCE=FILE" if what stands before the first '=' is a node's id, else a path.
NamedFile SplitSource(const std::string& text, const Measurements& measured) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return {"", text};
  const std::string source = text.substr(0, equals);
  for (const MeasuredNode& node : measured.nodes) {
    if (node.id == source) return {source, text.substr(equals + 1)};
  }
  return {"", text};
}

}  // namespace

Status ReadRtts(const std::string& path, Measurements* into) {
  const NamedFile file = SplitSource(path, *into);
  EARSHOT_ASSIGN_OR_RETURN(const std::string text, internal::ReadText(file.path));
  internal::RttCollector collector(file.source, into);
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const std::string_view head = std::string_view(text).substr(0, text.find('\n'));
  if (first != std::string::npos && (text[first] == '{' || text[first] == '[')) {
    EARSHOT_RETURN_IF_ERROR(internal::ReadRttJson(text, file.path, &collector));
  } else if (head.find(" : ") == std::string_view::npos) {
    EARSHOT_RETURN_IF_ERROR(internal::ReadRttCsv(text, file.path, &collector));
  } else {
    EARSHOT_RETURN_IF_ERROR(internal::ReadFpingText(text, file.path, &collector));
  }
  return collector.Finish(file.path);
}

Result<Measurements> ReadMeasurements(const std::string& nodes_path,
                                      std::span<const std::string> rtt_paths) {
  Measurements measured;
  EARSHOT_ASSIGN_OR_RETURN(measured.nodes, ReadNodes(nodes_path));
  for (const std::string& path : rtt_paths) EARSHOT_RETURN_IF_ERROR(ReadRtts(path, &measured));
  return measured;
}

}  // namespace earshot
