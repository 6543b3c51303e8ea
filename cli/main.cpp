#include "cli/run.hpp"

int main(int argc, char** argv) { return stalemate::cli::run(argc, argv); }
