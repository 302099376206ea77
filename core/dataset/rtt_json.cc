// The results of measuring tools as JSON. Forms, by their own documentation: RIPE Atlas "Versions of
// result formats" (ping), fping doc/fping-json.md, irtt's README ("JSON Format").
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <boost/json/src.hpp>  // the library's one translation unit in this program

#include "core/dataset/rtt_collector.h"

namespace earshot::internal {
namespace {

namespace json = boost::json;

// Where in the file a value stands: the line of its document, and its place in a list.
struct Element {
  std::string_view path;
  int line = 1;
  std::size_t index = 0;  // from 1; 0: the document is no list

  std::string Text() const {
    return index == 0 ? fmt::format("{}:{}", path, line)
                      : fmt::format("{}:{}: result {}", path, line, index);
  }
  tl::unexpected<Error> Wrong(std::string_view cause) const {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", Text(), cause));
  }
};

const json::object* ObjectIn(const json::object& of, std::string_view key) {
  const json::value* found = of.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}
const json::array* ArrayIn(const json::object& of, std::string_view key) {
  const json::value* found = of.if_contains(key);
  return found == nullptr ? nullptr : found->if_array();
}
std::string_view TextIn(const json::object& of, std::string_view key) {
  const json::value* found = of.if_contains(key);
  return found == nullptr || !found->is_string() ? std::string_view()
                                                 : std::string_view(found->get_string());
}

// `value` is a number of `unit` milliseconds.
Result<Rtt> RttOf(const json::value& value, double unit, const Element& at) {
  if (!value.is_number()) return at.Wrong("an RTT is not a number");
  auto rtt = RttFromFile(FractionalMilliseconds(value.to_number<double>() * unit));
  if (!rtt) return Fail(std::move(rtt).error(), at.Text());
  return rtt;
}

// `result` has a prb_id.
Status ReadAtlas(const json::object& result, const Element& at, RttCollector* into) {
  const json::value& probe = result.at("prb_id");
  if (!probe.is_int64()) {
    return at.Wrong(fmt::format(
        "prb_id {} is not a whole number; give results of RIPE Atlas as its API returns them",
        json::serialize(probe)));
  }
  if (const std::string_view type = TextIn(result, "type"); !type.empty() && type != "ping") {
    return at.Wrong(fmt::format("a \"{}\" result; only ping results are read", type));
  }
  const json::array* answers = ArrayIn(result, "result");
  if (answers == nullptr) return at.Wrong("no list \"result\"");
  const std::string source = fmt::format("{}", probe.get_int64());
  for (const json::value& answer : *answers) {
    const json::object* fields = answer.if_object();
    if (fields == nullptr) return at.Wrong("an answer is not an object");
    const json::value* number = fields->if_contains("rtt");
    if (number == nullptr) continue;  // lost ("x") or refused ("error")
    EARSHOT_ASSIGN_OR_RETURN(const Rtt rtt, RttOf(*number, 1.0, at));
    into->Add({source}, {TextIn(result, "dst_name"), TextIn(result, "dst_addr")}, rtt, at.Text());
  }
  return {};
}

Status ReadFping(const json::object& line, const Element& at, RttCollector* into) {
  const auto add = [&](const json::object& of, const json::value& number) -> Status {
    if (number.is_null()) return {};
    EARSHOT_ASSIGN_OR_RETURN(const Rtt rtt, RttOf(number, 1.0, at));
    return into->AddFromNamedSource(TextIn(of, "host"), rtt, at.Text());
  };
  for (const auto& [kind, key] : {std::pair("resp", "rtt"), std::pair("summary", "rttMin"),
                                  std::pair("intSum", "rttMin")}) {
    const json::object* of = ObjectIn(line, kind);
    const json::value* number = of == nullptr ? nullptr : of->if_contains(key);
    if (number != nullptr) EARSHOT_RETURN_IF_ERROR(add(*of, *number));
  }
  if (const json::object* all = ObjectIn(line, "vSum"); all != nullptr) {
    const json::array* values = ArrayIn(*all, "values");
    if (values == nullptr) return at.Wrong("vSum has no list \"values\"");
    for (const json::value& number : *values) EARSHOT_RETURN_IF_ERROR(add(*all, number));
  }
  return {};
}

// "192.0.2.1:2112" and "[2001:db8::1]:2112" without the port.
std::string_view WithoutPort(std::string_view address) {
  if (address.starts_with('[')) return address.substr(1, address.find(']') - 1);
  return std::ranges::count(address, ':') == 1 ? address.substr(0, address.find(':')) : address;
}

Status ReadIrtt(const json::object& run, const json::array& trips, const Element& at,
                RttCollector* into) {
  constexpr double kNanosecond = 1e-6;  // in milliseconds
  const json::object* config = ObjectIn(run, "config");
  const json::object* supplied = config == nullptr ? nullptr : ObjectIn(*config, "supplied");
  if (config == nullptr) return at.Wrong("irtt's \"config\" is missing, which says whom it asked");
  std::string_view target = WithoutPort(TextIn(*config, "remote_address"));
  // What the user typed may be the name under which the node is known.
  if (supplied != nullptr) {
    const std::string_view typed = WithoutPort(TextIn(*supplied, "remote_address"));
    if (into->Find({typed}).has_value()) target = typed;
  }
  for (const json::value& trip : trips) {
    const json::object* fields = trip.if_object();
    const json::object* delay = fields == nullptr ? nullptr : ObjectIn(*fields, "delay");
    const json::value* number = delay == nullptr ? nullptr : delay->if_contains("rtt");
    if (number == nullptr) continue;  // lost
    EARSHOT_ASSIGN_OR_RETURN(const Rtt rtt, RttOf(*number, kNanosecond, at));
    EARSHOT_RETURN_IF_ERROR(into->AddFromNamedSource(target, rtt, at.Text()));
  }
  return {};
}

Status ReadObject(const json::object& object, const Element& at, RttCollector* into) {
  if (object.contains("prb_id")) return ReadAtlas(object, at, into);
  if (const json::array* trips = ArrayIn(object, "round_trips")) {
    return ReadIrtt(object, *trips, at, into);
  }
  static constexpr auto kFpingKinds = {"resp", "timeout", "summary", "vSum", "stats", "intSum"};
  bool is_fping = false;
  for (const std::string_view kind : kFpingKinds) {
    const json::value* found = object.if_contains(kind);
    if (found == nullptr) continue;
    if (!found->is_object()) {
      return at.Wrong(fmt::format("\"{}\" is not an object; give the lines of fping -J", kind));
    }
    is_fping = true;
  }
  if (is_fping) return ReadFping(object, at, into);
  return at.Wrong("neither a RIPE Atlas ping result nor a line of fping nor a run of irtt");
}

Status ReadDocument(const json::value& document, std::string_view path, int line,
                    RttCollector* into) {
  if (const json::object* object = document.if_object()) {
    return ReadObject(*object, {path, line, 0}, into);
  }
  const json::array* list = document.if_array();
  if (list == nullptr) return Element{path, line, 0}.Wrong("expected an object or a list of them");
  for (std::size_t i = 0; i < list->size(); ++i) {
    const Element at{path, line, i + 1};
    const json::object* object = (*list)[i].if_object();
    if (object == nullptr) return at.Wrong("is not an object");
    EARSHOT_RETURN_IF_ERROR(ReadObject(*object, at, into));
  }
  return {};
}

// Reads one document after the other, as long as there are any.
Status ReadDocuments(std::string_view text, std::string_view path, RttCollector* into) {
  json::stream_parser parser;
  const auto line_of = [&](std::size_t offset) {
    return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(
                                                                            offset),
                                           '\n'));
  };
  std::size_t at = 0;
  int line = 1;
  while ((at = text.find_first_not_of(" \t\r\n", at)) != std::string_view::npos) {
    boost::system::error_code error;
    parser.reset();
    line = line_of(at);
    // The parser swallows the space after a document, and stops before the next.
    const std::size_t used = parser.write_some(text.data() + at, text.size() - at, error);
    if (!error && !parser.done()) parser.finish(error);
    if (error) {
      return Element{path, line_of(std::min(at + used, text.size())), 0}.Wrong(
          fmt::format("not JSON: {}; was the file cut short?", error.message()));
    }
    at += used;
    EARSHOT_RETURN_IF_ERROR(ReadDocument(parser.release(), path, line, into));
  }
  return {};
}

}  // namespace

Status ReadRttJson(std::string_view text, std::string_view path, RttCollector* into) {
  try {
    return ReadDocuments(text, path, into);
  } catch (const std::exception& failure) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{}: {}", path, failure.what()));
  }
}

}  // namespace earshot::internal
