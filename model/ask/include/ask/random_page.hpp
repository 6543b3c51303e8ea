// Random protocols as Markdown text, so that what fails can be read and tried by hand; every kind of act occurs, nested
// too. By RapidCheck's generators, which shrink them. Not every page is understood: read_protocol() and compile() say.
#pragma once

#include <rapidcheck.h>

#include <string>

namespace stalemate::model {

// A page of a Read and a Write; half of the reads begin as caching reads do, so that most have a value before they
// store one.
rc::Gen<std::string> random_page();

// The page of two diagrams with these lines.
std::string as_page(const std::string& read, const std::string& write);

}  // namespace stalemate::model
