// core/dataset/csv.h: tables in CSV (RFC 4180), by the names of their columns. Not for other rooms.
#ifndef EARSHOT_CORE_DATASET_CSV_H_
#define EARSHOT_CORE_DATASET_CSV_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace earshot::internal {

// A number in whole; nothing for anything else, infinities and NaN included.
std::optional<double> ParseNumber(std::string_view text);

// Reads a table row by row. `text` and `path` must outlive it.
class CsvTable {
 public:
  // Reads the header. kInvalidArgument when one of `required` is not in it, or a name occurs twice.
  static Result<CsvTable> Open(std::string_view text, std::string_view path,
                               std::span<const std::string> required);

  // Goes to the next row; false at the end. Blank lines are skipped. kInvalidArgument for a row of
  // more or fewer fields than the header, or a quotation mark that is not closed.
  Result<bool> Next();

  bool Has(std::string_view column) const { return Index(column).has_value(); }
  // Of the current row; empty when there is no such column.
  std::string_view Field(std::string_view column) const;

  int line() const { return row_line_; }
  // "path:line: cause".
  Error At(std::string_view cause) const;

 private:
  CsvTable(std::string_view text, std::string_view path) : text_(text), path_(path) {}
  Result<bool> ReadRow();
  Status ReadField(std::string* into);
  std::optional<std::size_t> Index(std::string_view column) const;

  std::string_view text_;
  std::string_view path_;
  std::size_t at_ = 0;
  int line_ = 1;      // of at_
  int row_line_ = 1;  // where the current row begins
  std::vector<std::string> header_;
  std::vector<std::string> row_;
  std::size_t fields_ = 0;  // of row_ in use
};

}  // namespace earshot::internal

#endif  // EARSHOT_CORE_DATASET_CSV_H_
