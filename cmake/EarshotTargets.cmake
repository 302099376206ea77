# One helper a kind of target. Every room names its own sources and its direct dependencies.

# Common headers, compiled once: reading them is 40 % of what compiling a source takes here. A source
# still includes all it uses; the presets without them (tidy, which reads every source one by one,
# agent, bench, coverage, tsan) show where one does not. A compiler cache knows single sources
# better, so beside one there are none.
# earshot_pch(NAME HEADERS <header> ... DEPS target ...)
function(earshot_pch name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPS" ${ARGN})
  file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/${name}.cc" CONTENT "")
  add_library(${name} OBJECT "${CMAKE_BINARY_DIR}/${name}.cc")
  target_link_libraries(${name} PRIVATE earshot_warnings fmt::fmt ${ARG_DEPS})
  target_precompile_headers(${name} PRIVATE <fmt/format.h> <tl/expected.hpp> <algorithm> <chrono>
    <functional> <map> <memory> <optional> <set> <string> <variant> <vector>
    <google/protobuf/map.h> <google/protobuf/message.h> <google/protobuf/repeated_field.h>
    ${ARG_HEADERS})
endfunction()
if(EARSHOT_PCH AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  earshot_pch(earshot_pch)
endif()
function(earshot_use_pch target pch)
  if(EARSHOT_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    # A class of one source may hold what is in that source's unnamed namespace.
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>")
  endif()
  if(TARGET ${pch})
    target_link_libraries(${target} PRIVATE fmt::fmt)  # its macros must be those of the header
    target_precompile_headers(${target} REUSE_FROM ${pch})
    # From a precompiled header g++ 12 warns of the library's own strings ("a" + std::string).
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds;-Wno-restrict;-Wno-stringop-overflow;-Wno-stringop-overread>")
  endif()
endfunction()

# earshot_library(NAME SOURCES a.cc ... ALONE b.cc ... HEADERS a.h ... DEPS target ... PRIVATE_DEPS
# target ...)
# A static library, included by path from the root of the tree ("core/base/result.h"). Sources under
# ALONE are compiled by themselves also where the others are compiled in groups.
function(earshot_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;ALONE;HEADERS;DEPS;PRIVATE_DEPS" ${ARGN})
  if(ARG_SOURCES OR ARG_ALONE)
    add_library(${name} STATIC ${ARG_SOURCES} ${ARG_ALONE} ${ARG_HEADERS})
    set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    target_include_directories(${name} PUBLIC "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name} PUBLIC ${ARG_DEPS} PRIVATE earshot_warnings ${ARG_PRIVATE_DEPS})
    earshot_use_pch(${name} earshot_pch)
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
  earshot_use_pch(${name} earshot_pch)
endfunction()

# earshot_test(NAME SOURCES ... DEPS ... LABELS ... TIMEOUT seconds)
# One GoogleTest program, known to CTest by its own name; labels select (unit, live, tidy).
function(earshot_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;ALONE;DEPS;LABELS;DEFINITIONS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES} ${ARG_ALONE})
  set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_compile_definitions(${name} PRIVATE
    EARSHOT_SOURCE_DIR="${PROJECT_SOURCE_DIR}" EARSHOT_BINARY_DIR="${CMAKE_BINARY_DIR}"
    ${ARG_DEFINITIONS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPS} GTest::gmock GTest::gtest_main earshot_warnings)
  earshot_use_pch(${name} earshot_test_pch)
  add_test(NAME ${name} COMMAND ${name})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  # The sanitizers' presets set a scale: the same work takes them several times as long.
  if(EARSHOT_TIMEOUT_SCALE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * ${EARSHOT_TIMEOUT_SCALE}")
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
  cmake_path(ABSOLUTE_PATH ARG_CORPUS BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}")
  file(APPEND "${CMAKE_BINARY_DIR}/fuzz-targets.txt" "${name} ${ARG_CORPUS}\n")
endfunction()
