# cmake -DOUT=version.cc -DSOURCE_DIR=... -DVERSION=... -P WriteVersion.cmake
# Writes version.cc when the commit changed, so that nothing is rebuilt otherwise.
set(commit "")
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
if(NOT commit)
  set(commit "unknown")
endif()
set(text "#include \"cli/version.h\"

namespace earshot {

const std::string_view kVersion = \"${VERSION}\";
const std::string_view kCommit = \"${commit}\";

}  // namespace earshot
")
set(old "")
if(EXISTS "${OUT}")
  file(READ "${OUT}" old)
endif()
if(NOT old STREQUAL text)
  file(WRITE "${OUT}" "${text}")
endif()
