# One helper a kind of target. Every room names its own sources and its direct dependencies.

# earshot_library(NAME SOURCES a.cc ... HEADERS a.h ... DEPS target ... PRIVATE_DEPS target ...)
# A static library, included by path from the root of the tree ("core/base/result.h").
function(earshot_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES} ${ARG_HEADERS})
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE earshot_warnings ${ARG_PRIVATE_DEPS})
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()
endfunction()

# earshot_binary(NAME SOURCES ... DEPS ...)
function(earshot_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE earshot_warnings ${ARG_DEPS})
endfunction()

# earshot_test(NAME SOURCES ... DEPS ... LABELS ... TIMEOUT seconds)
# One GoogleTest program, known to CTest by its own name; labels select (unit, live, tidy).
function(earshot_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;DEPS;LABELS;DEFINITIONS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${name} PRIVATE
    EARSHOT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" EARSHOT_BINARY_DIR="${CMAKE_BINARY_DIR}"
    ${ARG_DEFINITIONS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main earshot_warnings)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()

# earshot_fuzz(NAME SOURCES ... DEPS ... CORPUS dir): a libFuzzer target under the fuzz preset. The
# target earshot_fuzzers builds them all; fuzz-targets.txt in the build tree lists "name corpus".
if(EARSHOT_FUZZ)
  file(WRITE "${CMAKE_BINARY_DIR}/fuzz-targets.txt" "")
  add_custom_target(earshot_fuzzers)
endif()
function(earshot_fuzz name)
  if(NOT EARSHOT_FUZZ)
    return()
  endif()
  cmake_parse_arguments(ARG "" "CORPUS" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} earshot_warnings)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(earshot_fuzzers ${name})
  file(APPEND "${CMAKE_BINARY_DIR}/fuzz-targets.txt"
    "${name} ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_CORPUS}\n")
endfunction()
