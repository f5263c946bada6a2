# Compile options of every target.
add_library(jpegwire_options INTERFACE)
target_link_libraries(jpegwire_options INTERFACE jpegwire_hardening)
target_compile_options(jpegwire_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Werror)
# GCC 12 reports overflows inside std::string and std::vector that cannot happen (GCC bugs 105329
# and 105651).
target_compile_options(jpegwire_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict>)
# GCC collects its garbage less often, which saves a tenth of the time for some 300 MB of memory.
target_compile_options(jpegwire_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:--param=ggc-min-heapsize=1000000>)
# Part of -Wconversion in clang but not in GCC.
target_compile_options(jpegwire_options INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>)
if(JPEGWIRE_SANITIZERS)
  target_compile_options(jpegwire_options INTERFACE
    -fsanitize=${JPEGWIRE_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(jpegwire_options INTERFACE -fsanitize=${JPEGWIRE_SANITIZERS})
  # The sanitizers' instrumentation confuses GCC's flow analysis inside <regex>. ThreadSanitizer
  # does not support the fences in asio, which are always accompanied by a mutex.
  target_compile_options(jpegwire_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-tsan>)
endif()

# Precompiled headers of the libraries that most rooms include. Every target uses the same flags and
# definitions for them; otherwise the targets could not share the compiled headers.
target_link_libraries(jpegwire_options INTERFACE
  asio fmt::fmt spdlog::spdlog nlohmann_json::nlohmann_json)
target_compile_definitions(jpegwire_options INTERFACE BOOST_BEAST_USE_STD_STRING_VIEW)
add_library(jpegwire_precompiled STATIC cmake/precompiled.cpp)
target_link_libraries(jpegwire_precompiled PRIVATE jpegwire_options)
target_link_libraries(jpegwire_options INTERFACE jpegwire_precompiled)
# ccache needs these options to hash sources that use precompiled headers.
target_compile_options(jpegwire_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
target_precompile_headers(jpegwire_precompiled PRIVATE cmake/precompiled.hpp)

# A room is one folder, built as one library: add_room(net/tcp jpegwire_net_http ...) builds
# jpegwire_net_tcp from the sources in net/tcp and links it to the listed libraries. Its headers are
# included as "net/tcp/header.hpp", only by rooms that link it: the include directory of a room
# contains only links to that room's headers.
function(add_room path)
  string(REPLACE "/" "_" name ${path})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${path}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${path}/*.hpp)
  set(view ${PROJECT_BINARY_DIR}/rooms/${name})
  file(REMOVE_RECURSE ${view})
  file(MAKE_DIRECTORY ${view}/${path})
  foreach(header ${headers})
    get_filename_component(header_name ${header} NAME)
    file(CREATE_LINK ${header} ${view}/${path}/${header_name} SYMBOLIC)
  endforeach()
  add_library(jpegwire_${name} STATIC ${sources})
  target_include_directories(jpegwire_${name} PUBLIC ${view})
  target_link_libraries(jpegwire_${name} PUBLIC ${ARGN} PRIVATE jpegwire_options)
  target_precompile_headers(jpegwire_${name} REUSE_FROM jpegwire_precompiled)
endfunction()

# The program of a room: its main.cpp, linked with that room.
function(add_program name room)
  add_executable(${name} main.cpp)
  target_link_libraries(${name} PRIVATE ${room} jpegwire_options)
  target_precompile_headers(${name} REUSE_FROM jpegwire_precompiled)
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
