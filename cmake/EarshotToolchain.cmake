# Compiler settings shared by every room: the standard, the warnings, reproducible floating point.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

# Release is -O2: the first build is part of what a new user waits for.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_package(Threads REQUIRED)
find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
find_package(Protobuf 3.21 REQUIRED)
find_package(fmt REQUIRED)
# Only its C interface is used.
set(MPI_CXX_SKIP_MPICXX ON)
if(EARSHOT_MPI STREQUAL "AUTO")
  find_package(MPI QUIET COMPONENTS CXX)
  if(NOT MPI_CXX_FOUND)
    message(STATUS "MPI is not found: sweeps run on threads alone, and the test of sweeps by ranks is "
                   "left out (tools/packages-mpi.txt has what it needs)")
  endif()
elseif(EARSHOT_MPI)
  find_package(MPI REQUIRED COMPONENTS CXX)
endif()

# Warnings belong to our code alone; generated and third-party headers come in as SYSTEM.
add_library(earshot_warnings INTERFACE)
target_compile_options(earshot_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-align -Woverloaded-virtual -Wdouble-promotion -Wformat=2
  -Wimplicit-fallthrough -Wmissing-declarations
  # Designated initialisers leave the other members at their defaults on purpose.
  -Wno-missing-field-initializers)
if(EARSHOT_WERROR)
  target_compile_options(earshot_warnings INTERFACE -Werror)
endif()

# Fused multiply-add would make a bound depend on the machine that computed it.
add_compile_options(-ffp-contract=off)
# Unreferenced sections are dropped, so that the agent carries only what it calls.
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections -Wl,--as-needed)
