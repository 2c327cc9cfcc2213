-- The sources come out of the Rust crate that vendors them. Upstream's own CMake project asks for a C++ compiler, which
-- a machine with only a C compiler lacks, so the recipe brings the few lines of CMake that are needed.
identity = "fettle.zstd@v1"
description = "Zstandard compression library (static, position independent, multi-threaded)"
homepage = "https://facebook.github.io/zstd"
license = "BSD-3-Clause OR GPL-2.0-only"
platforms = { "linux", "darwin" }

-- Zstandard release → release of the crate zstd-sys that holds it
local crates = {
  ["1.5.7"] = "2.1.2+zstd.1.5.7",
  ["1.5.6"] = "2.0.13+zstd.1.5.6",
}

options = {
  version = { type = "string", default = "1.5.7", choices = { "1.5.7", "1.5.6" }, description = "Zstandard release" },
}

dependencies = {
  { recipe = "fettle.cc@v1", needed_by = "build" },
  { recipe = "fettle.cmake@v1", needed_by = "build" },
  { recipe = "fettle.ninja@v1", needed_by = "build" },
}

local build_file = [[
cmake_minimum_required(VERSION 3.16)
file(STRINGS lib/zstd.h version_lines REGEX "^#define ZSTD_VERSION_(MAJOR|MINOR|RELEASE) ")
string(REGEX REPLACE "[^0-9;]" "" version_parts "${version_lines}")
string(REPLACE ";" "." VERSION "${version_parts}")
project(zstd VERSION ${VERSION} LANGUAGES C ASM)
include(GNUInstallDirs)
find_package(Threads REQUIRED)

file(GLOB sources CONFIGURE_DEPENDS
  lib/common/*.c lib/compress/*.c lib/decompress/*.c lib/decompress/*.S lib/dictBuilder/*.c)
add_library(zstd STATIC ${sources})
set_target_properties(zstd PROPERTIES POSITION_INDEPENDENT_CODE ON)
target_compile_definitions(zstd PRIVATE ZSTD_MULTITHREAD XXH_NAMESPACE=ZSTD_)
target_link_libraries(zstd PUBLIC Threads::Threads)

file(WRITE "${CMAKE_CURRENT_BINARY_DIR}/libzstd.pc"
"prefix=${CMAKE_INSTALL_PREFIX}
libdir=\${prefix}/${CMAKE_INSTALL_LIBDIR}
includedir=\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}

Name: zstd
Description: fast lossless compression algorithm library
Version: ${PROJECT_VERSION}
Libs: -L\${libdir} -lzstd -pthread
Cflags: -I\${includedir}
")

install(TARGETS zstd)
install(FILES lib/zstd.h lib/zstd_errors.h lib/zdict.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/libzstd.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE DESTINATION share/licenses/zstd)
]]

function fetch(ctx)
  return { source = "pkg:cargo/zstd-sys@" .. crates[ctx.options.version] }
end

function stage(ctx)
  ctx.extract_all({ strip = 1 })
  ctx.write_file("zstd/CMakeLists.txt", build_file)
end

build = {
  cmake = {
    source = "zstd",
    generator = "Ninja",
    build_type = "Release",
    defines = { CMAKE_INSTALL_LIBDIR = "lib" },
  },
}
