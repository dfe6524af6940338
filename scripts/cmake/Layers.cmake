# Layers.cmake - the dependency directions, enforced at configure time.
#
# add_layer(<name> [SOURCES ...] [LINK <layers and external targets>])
#   makes the static library conclave_<name> with alias conclave::<name> from the .cpp files of the
#   folder (or from SOURCES). A layer may link only what ALLOWED_<name> lists, so a wrong-way edge
#   fails the configure step, not the review. A folder ceremony/client is the layer ceremony_client.
# add_program(<name> SOURCES ... LINK ...)
#   makes an executable in bin/. LINK is checked against ALLOWED_<folder's layer> in the same way.

#
# precompile(<target> <headers...>)
#   has the standard library's and other people's big headers read once for a target. Off in the
#   preset clang, where every file must still get by with what it includes itself.

set(ALLOWED_base             PkgConfig::sodium tl::expected)
set(ALLOWED_shamir           conclave::base PkgConfig::sodium PkgConfig::qrencode
                             PkgConfig::utf8proc OpenSSL::Crypto)
set(ALLOWED_shamir_verify    conclave::base conclave::shamir CLI11::CLI11)
set(ALLOWED_ca               conclave::base OpenSSL::Crypto PkgConfig::p11 PkgConfig::sodium
                             tomlplusplus::tomlplusplus ${CMAKE_DL_LIBS})
set(ALLOWED_ceremony         conclave::base conclave::shamir conclave::ca PkgConfig::sodium
                             conclave::ceremony_client
                             tomlplusplus::tomlplusplus nlohmann_json::nlohmann_json)
set(ALLOWED_ceremony_client  conclave::base nlohmann_json::nlohmann_json)
set(ALLOWED_ceremony_engine  conclave::ceremony conclave::ceremony_client PkgConfig::seccomp)
set(ALLOWED_ceremony_cli     conclave::ceremony conclave::ceremony_client CLI11::CLI11)

add_library(conclave_flags INTERFACE)
target_compile_features(conclave_flags INTERFACE cxx_std_20)
target_compile_options(conclave_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wformat=2 -Wundef -Wswitch-enum
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op -Wuseless-cast>)

set(BIG_HEADERS <algorithm> <array> <chrono> <cstdint> <filesystem> <functional> <map> <memory>
  <optional> <span> <string> <string_view> <utility> <variant> <vector> <tl/expected.hpp>)
set(BIG_HEADERS_base             ${BIG_HEADERS})
set(BIG_HEADERS_shamir           ${BIG_HEADERS})
set(BIG_HEADERS_shamir_verify ${BIG_HEADERS} <CLI/CLI.hpp>)
set(BIG_HEADERS_ca               ${BIG_HEADERS} <openssl/evp.h> <openssl/x509.h>)
set(BIG_HEADERS_ceremony         ${BIG_HEADERS} <nlohmann/json.hpp>)
set(BIG_HEADERS_ceremony_client  ${BIG_HEADERS} <nlohmann/json.hpp>)
set(BIG_HEADERS_ceremony_engine  ${BIG_HEADERS} <nlohmann/json.hpp>)
set(BIG_HEADERS_ceremony_cli     ${BIG_HEADERS} <nlohmann/json.hpp> <CLI/CLI.hpp>)

function(precompile target)
  if(CONCLAVE_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  endif()
endfunction()

function(check_links layer)
  foreach(dependency IN LISTS ARGN)
    if(NOT dependency IN_LIST ALLOWED_${layer})
      message(FATAL_ERROR "layer '${layer}' may not depend on '${dependency}' (see Layers.cmake)")
    endif()
  endforeach()
endfunction()

function(add_layer layer)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  check_links(${layer} ${ARG_LINK})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS *.cpp)
    list(FILTER ARG_SOURCES EXCLUDE REGEX "/main\\.cpp$")
  endif()
  if(NOT ARG_SOURCES)
    add_library(conclave_${layer} INTERFACE)
    add_library(conclave::${layer} ALIAS conclave_${layer})
    return()
  endif()
  add_library(conclave_${layer} STATIC ${ARG_SOURCES})
  add_library(conclave::${layer} ALIAS conclave_${layer})
  target_include_directories(conclave_${layer} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(conclave_${layer} PUBLIC ${ARG_LINK} PRIVATE conclave_flags)
  precompile(conclave_${layer} ${BIG_HEADERS_${layer}})
  # One compiler run for several files: less than half the work from nothing, more for a small
  # change. Never for shamir: its files are proven to be constant time one by one.
  if(CONCLAVE_TOGETHER AND NOT layer STREQUAL shamir)
    set_target_properties(conclave_${layer} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
  endif()
endfunction()

function(add_program name)
  cmake_parse_arguments(ARG "" "LAYER" "SOURCES;LINK" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/main.cpp)
    return()
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE conclave::${ARG_LAYER} conclave_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
  install(TARGETS ${name} RUNTIME DESTINATION bin)
endfunction()
