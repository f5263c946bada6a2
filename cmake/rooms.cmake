# A room is a library whose headers are included as "room/header.hpp" by those who link it, and by
# nobody else: its include directory holds a link to the room alone.
add_library(jpegwire_options INTERFACE)
target_compile_options(jpegwire_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Werror)
# GCC 12 warns of overflows inside std::string and std::vector that cannot happen (its bugs 105329 and 105651).
target_compile_options(jpegwire_options INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict>)
# Part of -Wconversion in clang, and not in GCC.
target_compile_options(jpegwire_options INTERFACE
  $<$<CXX_COMPILER_ID:Clang>:-Wno-sign-conversion>)
if(JPEGWIRE_SANITIZERS)
  target_compile_options(jpegwire_options INTERFACE
    -fsanitize=${JPEGWIRE_SANITIZERS} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(jpegwire_options INTERFACE -fsanitize=${JPEGWIRE_SANITIZERS})
  # The sanitizers' own code confuses GCC's flow analysis inside <regex>, and ThreadSanitizer does not
  # know the fences in asio, behind which there is always a mutex as well.
  target_compile_options(jpegwire_options INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-tsan>)
endif()

function(add_room name)
  set(views ${PROJECT_BINARY_DIR}/rooms/${name})
  file(MAKE_DIRECTORY ${views})
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${name} ${views}/${name} SYMBOLIC)
  add_library(jpegwire_${name} STATIC ${ARGN})
  target_include_directories(jpegwire_${name} PUBLIC ${views})
  target_link_libraries(jpegwire_${name} PRIVATE jpegwire_options)
endfunction()
