# cmake -DFILE=... -P check_json.cmake: fails, with the reason, unless FILE is JSON.
file(READ "${FILE}" text)
string(JSON kind ERROR_VARIABLE problem TYPE "${text}")
if(problem)
  message(FATAL_ERROR "${FILE}: ${problem}")
endif()
