# The rooms of the house and what they share: warnings, sanitizers, include roots.
#
#   stalemate_room(NAME DEPENDS target... PRIVATE target...)   a library from NAME/src/**.cpp with the include root
#                                                              NAME/include
#   stalemate_settings(TARGET)   the warnings, checks and sanitizers that were chosen, for any target

function(stalemate_settings target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor -Wold-style-cast
    -Woverloaded-virtual -Wundef)
  if(STALEMATE_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms of GCC 12 inside libstdc++ and RapidCheck at -O2 and above.
    target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow)
    if(STALEMATE_SANITIZE)
      # Instrumented code confuses the flow-sensitive warnings; the plain build has judged the same source.
      target_compile_options(${target} PRIVATE -Wno-null-dereference -Wno-array-bounds -Wno-tsan)
    endif()
  endif()
  if(STALEMATE_CHECKED)
    # For all of a build folder or none of it: an inline function has one definition.
    target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
  endif()
  if(STALEMATE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${STALEMATE_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${STALEMATE_SANITIZE})
  endif()
  if(STALEMATE_FUZZ)
    # Coverage for the fuzzer in everything it runs; its main comes with the fuzz targets alone.
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
    target_link_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
endfunction()

function(stalemate_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/src/*.cpp)
  if(sources)
    add_library(stalemate_${name} STATIC ${sources})
    target_include_directories(stalemate_${name} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR}/include
      PRIVATE ${CMAKE_CURRENT_SOURCE_DIR}/src)
    target_link_libraries(stalemate_${name} PUBLIC ${ROOM_DEPENDS} PRIVATE ${ROOM_PRIVATE})
    stalemate_settings(stalemate_${name})
  else()
    add_library(stalemate_${name} INTERFACE)
    target_include_directories(stalemate_${name} INTERFACE ${CMAKE_CURRENT_SOURCE_DIR}/include)
    target_link_libraries(stalemate_${name} INTERFACE ${ROOM_DEPENDS} ${ROOM_PRIVATE})
  endif()
endfunction()
