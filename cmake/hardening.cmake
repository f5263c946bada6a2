# The protections that Debian gives its own programs (dpkg-buildflags, hardening=+all), in every build
# but those with sanitizers, so that what is tested is what is installed.
option(JPEGWIRE_HARDENING "Build with the compiler's and the linker's protections" ON)

add_library(jpegwire_hardening INTERFACE)
if(JPEGWIRE_HARDENING AND NOT JPEGWIRE_SANITIZERS)
  include(CheckCXXCompilerFlag)
  # What a compiler lacks for this processor is left out: -fcf-protection is for x86 alone.
  foreach(flag stack-protector-strong stack-clash-protection cf-protection)
    string(MAKE_C_IDENTIFIER has_${flag} variable)
    check_cxx_compiler_flag(-f${flag} ${variable})
    if(${variable})
      target_compile_options(jpegwire_hardening INTERFACE -f${flag})
    endif()
  endforeach()
  # The libraries end up in programs, never in a shared library, so -fPIE will do, which is faster
  # than -fPIC.
  set(type $<TARGET_PROPERTY:TYPE>)
  target_compile_options(jpegwire_hardening INTERFACE
    $<$<NOT:$<IN_LIST:${type},SHARED_LIBRARY$<SEMICOLON>MODULE_LIBRARY>>:-fPIE>)
  target_link_options(jpegwire_hardening INTERFACE
    -Wl,-z,relro,-z,now $<$<STREQUAL:${type},EXECUTABLE>:-pie>)
  # glibc's checks need the optimizer; without it they are but a warning. Sources that are built with
  # -O0 undefine it, as options come after definitions.
  if(CMAKE_CXX_FLAGS MATCHES "-O[1-3sz]" OR CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$")
    target_compile_definitions(jpegwire_hardening INTERFACE _FORTIFY_SOURCE=2)
    set(JPEGWIRE_IS_HARDENED ON)  # a test looks for all of them
  endif()
endif()
