# Text files compiled into the program, so that it needs no data folder at run time.
#
#   stalemate_embed(TARGET SYMBOL file...)
#
# generates SYMBOL.hpp with `std::span<const EmbeddedFile> SYMBOL()` in namespace stalemate::embedded (name without
# folder, contents, their SHA-256), in the order of the files given, and adds it to TARGET. The target
# stalemate_generated makes all of them without compiling anything, for tools that read the sources.

set(STALEMATE_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
add_custom_target(stalemate_generated)

function(stalemate_embed target symbol)
  set(header ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.hpp)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.cpp)
  add_custom_command(
    OUTPUT ${header} ${source}
    COMMAND ${CMAKE_COMMAND} -DSYMBOL=${symbol} -DHEADER=${header} -DSOURCE=${source}
      "-DFILES=${ARGN}" -P ${STALEMATE_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${STALEMATE_EMBED_SCRIPT}
    VERBATIM)
  add_custom_target(stalemate_generated_${symbol} DEPENDS ${header} ${source})
  add_dependencies(stalemate_generated stalemate_generated_${symbol})
  target_sources(${target} PRIVATE ${source} ${header})
  target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
