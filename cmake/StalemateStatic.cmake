# A program without any shared library, for machines of which nothing is known: glibc's, the compiler's and every other
# library are linked into it. What of glibc needs its shared library at run time all the same (names of hosts and users) the
# linker warns of, and a warning ends the build.
#
# The same sources and compiler make the same bytes, wherever the tree lies.
if(STALEMATE_REAL)
  message(FATAL_ERROR "STALEMATE_STATIC needs STALEMATE_REAL=OFF: what real/ is built on resolves names at run time")
endif()
set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${CMAKE_BINARY_DIR}/=)
add_link_options(-static -Wl,--fatal-warnings)

# Debian has no libfmt.a; the same sources as a header.
find_path(STALEMATE_FMT_ROOT fmt/format.h REQUIRED)
add_library(fmt::fmt INTERFACE IMPORTED)
target_compile_definitions(fmt::fmt INTERFACE FMT_HEADER_ONLY=1)
target_include_directories(fmt::fmt INTERFACE ${STALEMATE_FMT_ROOT})
