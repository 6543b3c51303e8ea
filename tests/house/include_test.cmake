# cmake -DCOMPILER= -DROOTS= -DHEADER= -DVERDICT=accepted|refused -DFOLDER= -P include_test.cmake
#
# Compiles a source that includes HEADER with the include roots ROOTS. Passes if it compiles (accepted), or if the
# compiler says that there is no such header (refused); any other failure is a failure of the test.
string(MAKE_C_IDENTIFIER "${HEADER}" name)
set(source "${FOLDER}/${name}.cpp")
file(WRITE "${source}" "#include \"${HEADER}\"\n")
set(flags "")
foreach(root IN LISTS ROOTS)
  # Naming a compiler's own folder again would change the order in which it looks for its own headers.
  if(NOT root MATCHES "^(/usr(/local)?)?/include$")
    list(APPEND flags "-I${root}")
  endif()
endforeach()
set(ENV{LC_ALL} C)
execute_process(COMMAND "${COMPILER}" -std=c++20 -fsyntax-only ${flags} "${source}"
  RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(VERDICT STREQUAL "accepted" AND NOT result EQUAL 0)
  message(FATAL_ERROR "${HEADER} should compile here:\n${output}")
elseif(VERDICT STREQUAL "refused")
  if(result EQUAL 0)
    message(FATAL_ERROR "${HEADER} compiles here, but this room must not see it")
  elseif(NOT output MATCHES "${HEADER}.*(No such file|not found)")
    message(FATAL_ERROR "${HEADER} is refused, but for another reason:\n${output}")
  endif()
endif()
