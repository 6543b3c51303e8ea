// The command line: arguments in, exit code out, no logic of its own.
#pragma once

namespace stalemate::cli {

// Exit codes: 0 holds / reproduced, 1 violated / diverged, 2 usage or unreadable input, 3 inconclusive, 4 read, but
// something in it is not modelled yet or must be asked, 5 environment.
int run(int argc, char** argv);

}  // namespace stalemate::cli
