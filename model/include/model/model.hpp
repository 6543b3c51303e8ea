// The front door: a page with diagrams in, a verdict and its shortest trace out. examples/check_a_page.cpp is a program
// that does it. The other headers are for those who change the model; model/README.md has the way through its rooms.
//
//   read_protocol(text, name, roles)       a Markdown page, understood             understand/protocol.hpp
//   read_page(name)                        a page of the catalogue, likewise
//   traces::Scenario                       app instances, keys, faults             traces/trace.hpp
//   check(protocol, scenario, options)     the whole state space, a verdict        ask/check.hpp
//   explain(trace, ...)                    what a trace means                      ask/explain.hpp
//   Walk                                   one path, step by step                  ask/walk.hpp
//
// Errors: all of these throw InputError (base/error.hpp) with one complete line about what was handed to them; no other
// exception. Deterministic: the same page, scenario and options give the same report on every machine, for any number
// of threads.
#pragma once

#include "ask/check.hpp"
#include "ask/explain.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "traces/render.hpp"
#include "traces/trace.hpp"
#include "understand/protocol.hpp"
