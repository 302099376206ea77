// cli/attacks_text.h: the table of attacks for a terminal, 80 columns.
#ifndef EARSHOT_CLI_ATTACKS_TEXT_H_
#define EARSHOT_CLI_ATTACKS_TEXT_H_

#include <string>

namespace earshot::v1 {
class AttackTable;
}

namespace earshot {

// A block for each attack: its worlds with rates, intervals, reach and verdicts, what it costs and
// what stays unseen; then what no world detects, what was not run, and what differs from the list.
std::string AttackTableText(const v1::AttackTable& table);

}  // namespace earshot

#endif  // EARSHOT_CLI_ATTACKS_TEXT_H_
