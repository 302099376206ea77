// sim/sweep/sweep_picture.h: rows of a sweep as a picture that needs no network.
#ifndef EARSHOT_SIM_SWEEP_SWEEP_PICTURE_H_
#define EARSHOT_SIM_SWEEP_SWEEP_PICTURE_H_

#include <span>
#include <string>

#include "sim/sweep/sweep.h"

namespace earshot {

// An SVG document of its own, of a plan with a picture (CHECK): one axis from left to right, another
// as lines of their own, the column upwards from 0. A dot a row; the line goes through the means of
// the rows that share both axes, whatever the other axes and seeds. Where the column has an interval
// (_low, _high) and no dot shares its place, the interval is drawn. An axis of numbers in one unit is
// drawn to scale; any other has its values side by side in the order of the file. Below: what must
// not be concluded.
std::string SweepPicture(const SweepPlan& plan, std::span<const SweepRow> rows);

}  // namespace earshot

#endif  // EARSHOT_SIM_SWEEP_SWEEP_PICTURE_H_
