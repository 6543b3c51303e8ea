// The program: run() and nothing else, so that tests and benchmarks can link all of the command.
#include "cli/run.hpp"

int main(int argc, char** argv) { return stalemate::cli::run(argc, argv); }
