// The choice among the instruction sets of this build.
#pragma once
#include "kernels/kernels.h"

// The set of that name, or the best for null; null where it cannot run here.
const Kernels* select_kernels(const char* instructions);

// The names of the sets that this processor can run, best first, separated by commas.
const char* instruction_sets();
