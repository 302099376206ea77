#include "core/dataset/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/suggest.h"

namespace earshot::internal {

std::optional<double> ParseNumber(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

Result<CsvTable> CsvTable::Open(std::string_view text, std::string_view path,
                                std::span<const std::string> required) {
  CsvTable table(text, path);
  EARSHOT_ASSIGN_OR_RETURN(const bool any, table.ReadRow());
  if (!any) return tl::unexpected(table.At("the file is empty; a header is needed"));
  table.header_.assign(table.row_.begin(),
                       table.row_.begin() + static_cast<std::ptrdiff_t>(table.fields_));
  for (const std::string& name : required) {
    if (table.Has(name)) continue;
    return tl::unexpected(table.At(fmt::format("no column \"{}\"; the header names {}{}", name,
                                               fmt::join(table.header_, ", "),
                                               DidYouMean(name, table.header_))));
  }
  std::vector<std::string> sorted = table.header_;
  std::ranges::sort(sorted);
  if (const auto twice = std::ranges::adjacent_find(sorted); twice != sorted.end()) {
    return tl::unexpected(table.At(fmt::format("column \"{}\" occurs twice; rename one", *twice)));
  }
  return table;
}

Status CsvTable::ReadField(std::string* into) {
  into->clear();
  if (at_ < text_.size() && text_[at_] == '"') {
    ++at_;
    while (true) {
      if (at_ == text_.size()) {
        return tl::unexpected(At("a quotation mark is not closed; close it or double it"));
      }
      const char c = text_[at_++];
      if (c == '\n') ++line_;
      if (c == '"') {
        if (at_ < text_.size() && text_[at_] == '"') {
          ++at_;
        } else {
          break;
        }
      }
      into->push_back(c);
    }
    if (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '\n' && text_[at_] != '\r') {
      return tl::unexpected(At("text after a closing quotation mark; double marks within a field"));
    }
    return {};
  }
  const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
  into->assign(text_.substr(at_, end - at_));
  at_ = end;
  return {};
}

Result<bool> CsvTable::ReadRow() {
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
    if (text_[at_++] == '\n') ++line_;
  }
  row_line_ = line_;
  fields_ = 0;
  if (at_ == text_.size()) return false;
  while (true) {
    if (fields_ == row_.size()) row_.emplace_back();
    EARSHOT_RETURN_IF_ERROR(ReadField(&row_[fields_++]));
    if (at_ == text_.size()) return true;
    if (text_[at_] != ',') break;
    ++at_;
  }
  return true;
}

Result<bool> CsvTable::Next() {
  EARSHOT_ASSIGN_OR_RETURN(const bool any, ReadRow());
  if (any && fields_ != header_.size()) {
    return tl::unexpected(At(fmt::format("{} fields where the header has {}; was the line cut?",
                                         fields_, header_.size())));
  }
  return any;
}

std::optional<std::size_t> CsvTable::Index(std::string_view column) const {
  const auto found = std::ranges::find(header_, column);
  if (found == header_.end()) return std::nullopt;
  return static_cast<std::size_t>(found - header_.begin());
}

std::string_view CsvTable::Field(std::string_view column) const {
  const auto index = Index(column);
  return index.has_value() ? std::string_view(row_[*index]) : std::string_view();
}

Error CsvTable::At(std::string_view cause) const {
  return Error(ErrorCode::kInvalidArgument, fmt::format("{}:{}: {}", path_, row_line_, cause));
}

}  // namespace earshot::internal
