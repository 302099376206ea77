# cmake -DOUT=version.cc -DSOURCE_DIR=... -DVERSION=... -P WriteVersion.cmake
# Writes version.cc when the commit changed, so that nothing is rebuilt otherwise.
set(commit "")
find_program(GIT git)
if(GIT)
  execute_process(COMMAND ${GIT} -C ${SOURCE_DIR} describe --always --dirty --abbrev=12 --exclude=*
    OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
# Without git, or where git does not trust the folder's owner, the files say which commit it is.
if(NOT commit AND EXISTS "${SOURCE_DIR}/.git/HEAD")
  file(READ "${SOURCE_DIR}/.git/HEAD" head)
  string(STRIP "${head}" head)
  if(head MATCHES "^ref: (.*)$")
    set(ref "${CMAKE_MATCH_1}")
    set(head "")
    if(EXISTS "${SOURCE_DIR}/.git/${ref}")
      file(READ "${SOURCE_DIR}/.git/${ref}" head)
    elseif(EXISTS "${SOURCE_DIR}/.git/packed-refs")
      file(READ "${SOURCE_DIR}/.git/packed-refs" packed)
      if(packed MATCHES "([0-9a-f]+) ${ref}\n")
        set(head "${CMAKE_MATCH_1}")
      endif()
    endif()
  endif()
  string(SUBSTRING "${head}" 0 12 commit)
endif()
if(NOT commit)
  set(commit "unknown")
endif()
set(text "#include \"cli/version.h\"

namespace earshot {

const std::string_view kProgramVersion = \"${VERSION}\";
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
