# cmake -DFILE=path -P PrintSize.cmake
file(SIZE "${FILE}" bytes)
math(EXPR kib "(${bytes} + 1023) / 1024")
cmake_path(GET FILE FILENAME name)
message(STATUS "${name}: ${kib} KiB")
