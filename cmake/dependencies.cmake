# The libraries that the rooms link, all from Debian 12. script/setup installs them, and
# docs/dependencies.md explains each choice.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(JPEG REQUIRED IMPORTED_TARGET libjpeg)
pkg_check_modules(TURBOJPEG REQUIRED IMPORTED_TARGET libturbojpeg)
pkg_check_modules(XCB REQUIRED IMPORTED_TARGET xcb)
find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs videoio highgui)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(LIBAV REQUIRED IMPORTED_TARGET libavformat libavcodec libavutil)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(Boost 1.74 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
find_path(LIBYUV_INCLUDE_DIR libyuv.h REQUIRED)
find_library(LIBYUV_LIBRARY yuv REQUIRED)

# Warnings are errors in our code, but not in third-party headers.
function(add_opencv_module name)
  add_library(opencv_system_${name} INTERFACE)
  target_link_libraries(opencv_system_${name} INTERFACE opencv_${name})
  target_include_directories(opencv_system_${name} SYSTEM INTERFACE ${OpenCV_INCLUDE_DIRS})
endfunction()
foreach(name core imgproc imgcodecs videoio highgui)
  add_opencv_module(${name})
endforeach()

add_library(libyuv INTERFACE)
target_include_directories(libyuv SYSTEM INTERFACE ${LIBYUV_INCLUDE_DIR})
target_link_libraries(libyuv INTERFACE ${LIBYUV_LIBRARY})

add_library(asio INTERFACE)
target_include_directories(asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
# A server has many reads and timers pending at a time; a larger thread-local cache of asio avoids
# heap allocations for them.
target_compile_definitions(asio INTERFACE
  ASIO_STANDALONE ASIO_SEPARATE_COMPILATION ASIO_NO_DEPRECATED ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=64)
# Whether asio 1.22 uses std::aligned_alloc depends on the headers included before it, so one file
# could free with another function than the one that allocated.
target_compile_definitions(asio INTERFACE ASIO_DISABLE_STD_ALIGNED_ALLOC)
target_link_libraries(asio INTERFACE Threads::Threads)
