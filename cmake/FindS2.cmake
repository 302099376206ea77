# Finds S2 geometry, whose Debian package has no CMake files: target S2::S2.
find_path(S2_INCLUDE_DIR s2/s2cap.h)
find_library(S2_LIBRARY NAMES s2)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(S2 REQUIRED_VARS S2_LIBRARY S2_INCLUDE_DIR)
mark_as_advanced(S2_INCLUDE_DIR S2_LIBRARY)

if(S2_FOUND AND NOT TARGET S2::S2)
  # S2's headers instantiate Abseil templates and its ExactFloat uses libcrypto's big numbers.
  find_package(absl REQUIRED)
  add_library(S2::S2 UNKNOWN IMPORTED)
  set_target_properties(S2::S2 PROPERTIES
    IMPORTED_LOCATION "${S2_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${S2_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES
      "OpenSSL::Crypto;absl::base;absl::btree;absl::flat_hash_map;absl::flat_hash_set;absl::str_format;absl::strings;absl::synchronization;absl::time")
endif()
